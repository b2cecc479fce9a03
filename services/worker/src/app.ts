import { settingError, type Settings, type SqliteDatabase } from '@monitor-server/runtime/config';
import { openWriterThread, StoreError, type WriterThread } from '@monitor-server/store';

/**
 * Opens the store's writer: the one place that takes batches and stores them. Without a queue the processes that
 * accept hand their batches to it directly. Throws a ConfigError where the database cannot be used.
 */
export async function openWorker(
  config: Settings<'database'> & { readonly database: SqliteDatabase },
  onCrash: (error: unknown) => void,
): Promise<WriterThread> {
  try {
    return await openWriterThread(config.database.path, onCrash);
  } catch (error) {
    throw error instanceof StoreError ? settingError(config, 'database', error.message) : error;
  }
}
