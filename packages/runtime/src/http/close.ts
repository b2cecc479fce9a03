import type { FastifyInstance } from 'fastify';

const SWEEP_MS = 50;

/** Stops accepting, answers what is in flight, and closes connections as they fall idle. */
export async function closeHttpApp(app: FastifyInstance): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}
