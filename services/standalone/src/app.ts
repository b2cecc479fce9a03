import { ingest } from '@monitor-server/ingest';
import { query } from '@monitor-server/query';
import {
  createHttpApp,
  serveHealth,
  VERSION,
  type Health,
  type Logger,
  type Telemetry,
} from '@monitor-server/runtime';
import type { FastifyInstance } from 'fastify';
import type { StandaloneConfig } from './config.ts';
import type { Parts } from './parts.ts';

/** Ingest and query in one HTTP application. */
export async function createStandaloneApp(
  config: StandaloneConfig,
  logger: Logger,
  { intake, reader, access }: Parts,
  health: Health,
  telemetry: Telemetry,
): Promise<FastifyInstance> {
  const { timeout, pageSize, certificate, trustedProxies } = config;
  const app = createHttpApp({ logger, timeout, certificate, trustedProxies });
  await access.control(app);
  telemetry.observe(app);
  serveHealth(app, health);
  await ingest(app, { intake, timeout, isReadable: reader.has });
  query(app, { reader, pageSize, timeout, version: VERSION });
  return app;
}
