import { createDirectQueue, createIntake } from '@monitor-server/queue';
import {
  databaseError,
  observeAccepting,
  observeStoring,
  type Logger,
  type SqliteDatabase,
  type Telemetry,
} from '@monitor-server/runtime';
import { openWriterThread } from '@monitor-server/store';
import type { Acceptance } from './acceptance.ts';
import type { IngestConfig } from './config.ts';

/** What an ingest service that runs alone accepts with. */
export interface WayIn extends Acceptance {
  /** Whether a batch can be read back by now, wherever reads go. */
  isReadable(batch: string): Promise<boolean>;
}

/** Asks the database only for those who prefer to wait. */
const READING_CONNECTIONS = 2;

async function openEmbedded(
  config: IngestConfig,
  { path }: SqliteDatabase,
  logger: Logger,
  telemetry: Telemetry,
): Promise<WayIn> {
  const onCrash = (err: unknown): void => logger.error({ err }, 'the writer thread crashed and is replaced');
  const { retentionDays } = config;
  const onCommit = observeStoring(logger, telemetry.metrics);
  const writer = await openWriterThread(path, onCrash, { retentionDays, onCommit }).catch(
    (error: unknown) => {
      throw databaseError(config, error);
    },
  );
  const intake = createIntake(
    createDirectQueue((batch) => writer.write([batch])),
    { follow: telemetry.traces?.accept, onAccepted: observeAccepting(logger, telemetry.metrics) },
  );
  return {
    intake,
    probes: { writing: () => writer.write([]) },
    // Accepted is stored, and all read the same file.
    isReadable: () => Promise.resolve(true),
    release: () => undefined,
    async close() {
      await intake.idle();
      await writer.close();
    },
  };
}

/** Opens the way into the database that is configured. Throws a ConfigError where it cannot be used. */
export async function openWayIn(config: IngestConfig, logger: Logger, telemetry: Telemetry): Promise<WayIn> {
  const { database, replicas = [], replicaLag, timeout } = config;
  if (database.kind === 'sqlite') return openEmbedded(config, database, logger, telemetry);
  // Loaded only where they are used: they would cost every other process their memory.
  const { openPostgresReader } = await import('@monitor-server/store/postgres');
  const { openAcceptance } = await import('./acceptance.ts');
  const acceptance = await openAcceptance(config, database, logger, telemetry);
  const reader = openPostgresReader({
    uris: database.uris,
    replicas: replicas.flatMap(({ uris }) => uris),
    maxLagMs: replicaLag * 1000,
    statementTimeoutMs: timeout * 1000,
    poolSize: READING_CONNECTIONS,
    log: logger,
  });
  telemetry.metrics?.watchReading(reader.usage);
  return {
    ...acceptance,
    isReadable: reader.has,
    async close() {
      await acceptance.close();
      await reader.close();
    },
  };
}
