import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Health } from '../management/health.ts';
import type { Telemetry } from '../telemetry.ts';
import { createHttpApp, type HttpOptions } from './app.ts';
import { serveHealth } from './health.ts';

/** What looks after an application. */
export interface Attendants extends Pick<HttpOptions, 'logger'> {
  access: Access;
  telemetry: Telemetry;
  health: Pick<Health, 'readiness'>;
}

/**
 * The HTTP application of a service, without the routes of the API: it lets in who may be let in, tells of its requests,
 * and answers whether the service is fit for work.
 */
export async function createServiceApp(
  { timeout, certificate, trustedProxies }: Omit<HttpOptions, 'logger'>,
  { logger, access, telemetry, health }: Attendants,
): Promise<FastifyInstance> {
  const app = createHttpApp({ logger, timeout, certificate, trustedProxies });
  await access.control(app);
  telemetry.observe(app);
  serveHealth(app, health);
  return app;
}
