import { observeStoring, type Logger, type Telemetry } from '@monitor-server/runtime';
import { databaseError, type Settings, type SqliteDatabase } from '@monitor-server/runtime/config';
import { openWriterThread, type StoreWriter } from '@monitor-server/store';

/**
 * Opens the one writer of a SQLite file, in a thread; processes that accept hand their batches to it directly, or by its
 * `socket`. Throws a ConfigError where the file cannot be used.
 */
export async function openEmbeddedWriter(
  settings: Pick<Settings<'database' | 'retentionDays'>, 'given' | 'retentionDays'>,
  { path }: SqliteDatabase,
  logger: Logger,
  { metrics }: Telemetry,
  socket?: string,
): Promise<StoreWriter> {
  try {
    return await openWriterThread(
      path,
      (err) => logger.error({ err }, 'the writer thread crashed and is replaced'),
      { socket, retentionDays: settings.retentionDays, onCommit: observeStoring(logger, metrics) },
    );
  } catch (error) {
    throw databaseError(settings, error);
  }
}
