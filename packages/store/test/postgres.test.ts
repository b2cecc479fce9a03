import { openPostgres } from '@monitor-server/testing';
import { BATCH_HORIZON_MS, type StoreWriter } from '../src/index.ts';
import {
  migratePostgres,
  openDeadRecords,
  openPostgresReader,
  openPostgresWriter,
} from '../src/postgres/index.ts';
import { describeStore, type OpenedStore } from './conformance.ts';

async function openStore({ now }: { now?: () => number }): Promise<OpenedStore> {
  const database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const uris = [database.uri];
  const openWriter = (): Promise<StoreWriter> =>
    openPostgresWriter({ uris, ...(now && { now }), horizonMs: BATCH_HORIZON_MS });
  let writer = await openWriter();
  const reader = openPostgresReader({
    uris,
    replicas: [],
    maxLagMs: 5_000,
    statementTimeoutMs: 20_000,
    poolSize: 4,
  });
  return {
    get writer() {
      return writer;
    },
    reader,
    async reopen() {
      await writer.close();
      writer = await openWriter();
    },
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
