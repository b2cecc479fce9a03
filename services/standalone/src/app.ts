import { ingest } from '@monitor-server/ingest';
import { query } from '@monitor-server/query';
import type { Intake } from '@monitor-server/queue';
import { createHttpApp, VERSION, type Logger } from '@monitor-server/runtime';
import type { StoreReader } from '@monitor-server/store';
import type { FastifyInstance } from 'fastify';
import type { StandaloneConfig } from './config.ts';

export interface Parts {
  config: StandaloneConfig;
  logger: Logger;
  intake: Intake;
  reader: StoreReader;
}

/** Ingest and query in one HTTP application. */
export async function createStandaloneApp({
  config,
  logger,
  intake,
  reader,
}: Parts): Promise<FastifyInstance> {
  const { timeout, pageSize, certificate } = config;
  const app = createHttpApp({ logger, timeout, certificate });
  await ingest(app, { intake, timeout });
  query(app, { reader, pageSize, timeout, version: VERSION });
  return app;
}
