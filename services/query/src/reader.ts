import type { Logger, Settings } from '@monitor-server/runtime';
import { openReaderPool, type StoreReader } from '@monitor-server/store';

/** Two, so that one long answer does not hold up all others; reads share the cores with whatever writes. */
const READER_THREADS = 2;

/** To each server. A process is busy with the answers of a few; what waits, waits here instead of in PostgreSQL. */
const CONNECTIONS = 8;

/** Opens the reader of the store that the configuration names. PostgreSQL may be away: reads fail until it is there. */
export async function openReader(
  {
    database,
    replicas = [],
    replicaLag,
    timeout,
  }: Settings<'database' | 'replicas' | 'replicaLag' | 'timeout'>,
  logger: Logger,
): Promise<StoreReader> {
  if (database.kind === 'sqlite') {
    const reader = openReaderPool(database.path, READER_THREADS, (err) => {
      logger.error({ err }, 'a reader thread crashed and is replaced');
    });
    void reader.check().catch((error: unknown) => {
      logger.warn(`${database.path} cannot be read yet: ${(error as Error).message}`);
    });
    return reader;
  }
  // Loaded only where it is used: it would cost every other process its memory.
  const { openPostgresReader } = await import('@monitor-server/store/postgres');
  return openPostgresReader({
    uris: database.uris,
    replicas: replicas.flatMap(({ uris }) => uris),
    maxLagMs: replicaLag * 1000,
    statementTimeoutMs: timeout * 1000,
    poolSize: CONNECTIONS,
    log: logger,
  });
}
