import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store.ts';
import { openPostgresWriter, type PostgresWriter, type PostgresWriterOptions } from './writer.ts';

/** How long the opening may hold up a start. */
const PATIENCE_MS = 1_000;

/** Of a writer that is not open yet. */
const UNUSED = { name: 'primary', used: 0, idle: 0, waiting: 0 };

const AWAY = new StoreError('broken', 'the database does not answer');

/**
 * Opens a writer of a PostgreSQL store that may be away: then this takes a second at most, `write` rejects as it does
 * later, and tries to open it again. Rejects with a StoreError where it is known by then that waiting would not help, such
 * as for a database of a newer monitor-server.
 */
export async function openPatientWriter(options: PostgresWriterOptions): Promise<PostgresWriter> {
  let opening: Promise<PostgresWriter> | undefined;
  let writer: PostgresWriter | undefined;

  function opened(): Promise<PostgresWriter> {
    opening ??= openPostgresWriter(options).then(
      (open) => (writer = open),
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }

  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => Promise.reject(AWAY));
  try {
    await Promise.race([opened(), late]);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason === 'unusable') throw error;
    options.log?.warn(`${error.message}; it is tried again with every batch`);
  } finally {
    patience.abort();
  }
  return {
    async write(batches) {
      await (await opened()).write(batches);
    },
    usage: () => writer?.usage() ?? UNUSED,
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
