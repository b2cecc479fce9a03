import { once } from 'node:events';
import { setImmediate as untilAccepted } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

const SWEEP_MS = 50;

/** Stops accepting, answers what is in flight, and closes connections as they fall idle. */
export async function closeHttpApp(app: FastifyInstance): Promise<void> {
  const { server } = app;
  const closed = server.listening ? once(server, 'close') : undefined;
  // The system resets connections that wait to be accepted when the port is closed, and their posts with them. At this
  // point of the loop all that waited have just been accepted.
  await untilAccepted();
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
    await closed;
  } finally {
    clearInterval(sweep);
  }
}
