import { once } from 'node:events';
import type { Server } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

const SWEEP_MS = 50;

/** A turn of the loop counts as short if it takes no longer than this, times the turns before it. */
const SHORT_MS = 0.001;

/**
 * Closes a port when nobody waits there. The system resets connections that wait to be accepted when their port is closed,
 * and the posts on them, which no gateway may send again. One is accepted in a turn of the loop, so the port is closed
 * right after a turn that has found none, and that was too short for others to come.
 */
async function closePort(server: Server): Promise<void> {
  let accepted = 0;
  server.on('connection', () => accepted++);
  // What `close` would do first, between that turn and the end of the port.
  server.closeIdleConnections();
  // The turn that is under way looked for connections before they were counted.
  await nextTurn();
  for (let turn = 0, isQuiet = false; !isQuiet; turn++) {
    const [before, start] = [accepted, performance.now()];
    await nextTurn();
    isQuiet = accepted === before && performance.now() - start < turn * SHORT_MS;
  }
  server.close();
}

/** Stops accepting, answers what is in flight, and closes connections as they fall idle. */
export async function closeHttpApp(app: FastifyInstance): Promise<void> {
  const { server } = app;
  const closed = server.listening ? once(server, 'close') : undefined;
  await closePort(server);
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
    await closed;
  } finally {
    clearInterval(sweep);
  }
}
