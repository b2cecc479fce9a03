import { StoreError, type StoreWriter } from '../store.ts';
import { openPostgresWriter, type PostgresWriterOptions } from './writer.ts';

/**
 * Opens a writer of a PostgreSQL store that may be away: then `write` rejects as it does later, and tries to open it
 * again. Rejects with a StoreError where waiting would not help, such as for a database of a newer monitor-server.
 */
export async function openPatientWriter(options: PostgresWriterOptions): Promise<StoreWriter> {
  let opening: Promise<StoreWriter> | undefined;

  function opened(): Promise<StoreWriter> {
    opening ??= openPostgresWriter(options).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  try {
    await opened();
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason === 'unusable') throw error;
    options.log?.warn(`${error.message}; it is tried again with every batch`);
  }
  return {
    async write(batches) {
      await (await opened()).write(batches);
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
