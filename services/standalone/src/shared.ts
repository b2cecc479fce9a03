import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Telemetry } from '@monitor-server/runtime';
import { settingError, type PostgresDatabase, type SqliteDatabase } from '@monitor-server/runtime/config';
import { StoreError } from '@monitor-server/store';
import { openEmbeddedWriter } from '@monitor-server/worker';
import type { StandaloneConfig } from './config.ts';
import type { ChildEnvironment, Role } from './messages.ts';

/** What the supervisor has for all of its children. */
export interface Shared {
  /** What each child is started with beside its role. */
  environment: Omit<ChildEnvironment, 'MONITOR_SERVER_ROLE'>;
  /** Processes beside those that serve HTTP. */
  workers: Role[];
  /** The database in words, without a password. */
  database: string;
  close(): Promise<void>;
}

/** The one writer of a SQLite file, which HTTP processes reach by a socket in a folder that only this user can enter. */
async function openEmbedded(
  config: StandaloneConfig,
  database: SqliteDatabase,
  logger: Logger,
  telemetry: Telemetry,
): Promise<Shared> {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-server-'));
  const socket = join(folder, 'writer');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const writer = await openEmbeddedWriter(config, database, logger, telemetry, socket);
  return {
    environment: { MONITOR_SERVER_WRITER: socket },
    workers: [],
    database: database.path,
    async close() {
      await writer.close();
      remove();
    },
  };
}

/** With PostgreSQL the children share nothing but its schema, which is brought up to date before they start. */
async function openProduction(
  config: StandaloneConfig,
  { uris, shown }: PostgresDatabase,
  logger: Logger,
): Promise<Shared> {
  // Loaded only where it is used: it would cost every other process its memory.
  const { migratePostgres } = await import('@monitor-server/store/postgres');
  try {
    // The start does not wait for a database that is away.
    await migratePostgres({ uris, log: logger, searchMs: 0 });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.reason === 'unusable') throw settingError(config, 'database', error.message);
    logger.warn(
      { err: error },
      'the database is away: posts wait in the spool or the queue, reads are answered with 503',
    );
  }
  return {
    environment: {},
    workers: config.queueUri === undefined ? [] : ['worker'],
    database: shown,
    close: () => Promise.resolve(),
  };
}

/** Opens what the children of the configured server share. Throws a ConfigError where the database cannot be used. */
export function openShared(config: StandaloneConfig, logger: Logger, telemetry: Telemetry): Promise<Shared> {
  const { database } = config;
  return database.kind === 'sqlite'
    ? openEmbedded(config, database, logger, telemetry)
    : openProduction(config, database, logger);
}
