import { ingest } from '@monitor-server/ingest';
import { query } from '@monitor-server/query';
import { VERSION, type Health, type Logger, type Telemetry } from '@monitor-server/runtime';
import { createServiceApp } from '@monitor-server/runtime/http';
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
  const { timeout, pageSize } = config;
  const app = await createServiceApp(config, { logger, access, telemetry, health });
  await ingest(app, { intake, timeout, isReadable: reader.has });
  query(app, { reader, pageSize, timeout, version: VERSION });
  return app;
}
