import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerHealthy, answerReady, HEALTHY_PATH, READY_PATH, type Answer } from '../management/answers.ts';
import type { Health } from '../management/health.ts';

const paths: ReadonlySet<string> = new Set([HEALTHY_PATH, READY_PATH]);

/** The path of a question about health, which is no part of the API; `undefined` for all else. */
export function healthPath(url: string): string | undefined {
  if (!url.startsWith('/-/')) return undefined;
  const path = url.split('?', 1)[0] ?? '';
  return paths.has(path) ? path : undefined;
}

function send(reply: FastifyReply, { status, type, body }: Answer): FastifyReply {
  return reply.code(status).type(type).header('cache-control', 'no-store').send(body);
}

/** Whoever starts and stops services has no token. */
const open = { config: { scopes: [] } };

/** Tells gateways and containers whether the service is fit for work; why it is not, only the management port tells. */
export function serveHealth(app: FastifyInstance, health: Pick<Health, 'readiness'>): void {
  app.get(HEALTHY_PATH, open, (_, reply) => send(reply, answerHealthy()));
  app.get(READY_PATH, open, async (_, reply) => send(reply, await answerReady(health, false)));
}
