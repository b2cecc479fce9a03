import { openPostgres } from '@monitor-server/testing';
import { BATCH_HORIZON_MS, type StoreWriter } from '../src/index.ts';
import { migratePostgres, openDeadRecords, openPostgresWriter } from '../src/postgres/index.ts';
import { openPrimary } from '../src/postgres/primary.ts';
import { expire } from '../src/postgres/retention-loop.ts';
import { describeStore, type OpenedStore, type OpenOptions } from './conformance.ts';
import { recount, settle } from './postgres/recount.ts';
import { openReader } from './postgres/reader.ts';

/** Lets nobody wait for the minute after which a writer looks again. */
async function expireAll(uri: string, days: number, now: () => number): Promise<void> {
  await settle(uri);
  const primary = openPrimary({ uris: [uri], max: 1 });
  for (;;) {
    const result = await expire(primary, { days, now });
    if (result !== 'busy' && !result.more) break;
  }
  await primary.close();
}

async function openStore({ now, retentionDays }: OpenOptions): Promise<OpenedStore> {
  const database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const uris = [database.uri];
  const openWriter = (): Promise<StoreWriter> =>
    openPostgresWriter({ uris, ...(now && { now }), horizonMs: BATCH_HORIZON_MS, retentionDays });
  let writer = await openWriter();
  const reader = openReader(database.uri);
  return {
    get writer() {
      return writer;
    },
    reader,
    async reopen() {
      await writer.close();
      writer = await openWriter();
    },
    expire: () => expireAll(database.uri, retentionDays ?? Infinity, now ?? Date.now),
    recount: () => recount(database.uri),
    async deadRecords() {
      const dead = await openDeadRecords({ uris });
      const rows = await dead.list({ limit: 1_000 });
      await dead.close();
      return rows.map(({ batch, record, error }) => ({
        batch,
        record: JSON.parse(record) as unknown,
        error,
      }));
    },
    async close() {
      await reader.close();
      await writer.close();
      await database.close();
    },
  };
}

describeStore('the PostgreSQL store', openStore);
