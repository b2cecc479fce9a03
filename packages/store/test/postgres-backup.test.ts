import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasDump, openPostgres, type PostgresDatabase } from '@monitor-server/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  backupPostgres,
  migratePostgres,
  openPostgresWriter,
  restorePostgres,
} from '../src/postgres/index.ts';
import { TABLES } from '../src/postgres/backup.ts';
import { everyList } from './conformance/battery.ts';
import { createModel, take } from './conformance/model.ts';
import { faultsOf } from './conformance/reading.ts';
import { batchOf, metric } from './conformance/records.ts';
import type { Subject } from './conformance/store.ts';
import { createWorld } from './conformance/world.ts';
import { query, recount, settle } from './postgres/recount.ts';
import { openReader } from './postgres/reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-backup-'));
const file = join(folder, 'copy');
const model = createModel();
const world = createWorld(3);
let database: PostgresDatabase;

beforeAll(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const writer = await openPostgresWriter({ uris: [database.uri] });
  const records = [...world.metrics(500), ...world.posts(), metric({ session_h: 's1' }, { text: 'line 1' })];
  await writer.write([batchOf(records)]);
  take(model, records);
  await settle(database.uri);
  await writer.close();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async ({ skip }) => {
  const dump = await hasDump(database.uri);
  if (!dump.here) skip(dump.why);
});

describe('a backup of a PostgreSQL store', () => {
  test('is of one moment, and is the store again', async () => {
    const uris = [database.uri];
    const contents = await backupPostgres({ uris, file });
    expect(contents).toMatchObject({ metric: 501, session: 40, metric_key: 1 });
    expect(JSON.parse(readFileSync(`${file}.json`, 'utf8'))).toMatchObject({ rows: contents });
    await expect(backupPostgres({ uris, file })).rejects.toThrow(/exists; name a new file/);

    const target = await openPostgres();
    const restored = await restorePostgres({ uris: [target.uri], file });
    expect(restored).toEqual({ contents, isCompared: true });
    const writer = await openPostgresWriter({ uris: [target.uri] });
    const later = world.metrics(50);
    await writer.write([batchOf([...later, metric({ session_h: 's1' }, { text: 'line 1' })])]);
    await settle(target.uri);
    await writer.close();
    expect(await recount(target.uri)).toEqual([]);
    const reader = openReader(target.uri);
    const grown = { ...model, metrics: [...model.metrics] };
    take(grown, later);
    const some = everyList().filter((_, at) => at % 3 === 0);
    expect(await faultsOf({ reader, model: grown } as Subject, some)).toEqual([]);
    await reader.close();
    await target.close();
  });

  test('replaces a store that holds nothing, and no other', async () => {
    const uris = [database.uri];
    await expect(restorePostgres({ uris, file })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(/not empty: it holds 501 metrics and 40 sessions/),
    });
    const target = await openPostgres();
    await migratePostgres({ uris: [target.uri] });
    const tables = await query<{ name: string }>(
      target.uri,
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(tables.map(({ name }) => name).sort()).toEqual([...TABLES].sort());
    await restorePostgres({ uris: [target.uri], file });
    expect(await recount(target.uri)).toEqual([]);
    await target.close();
  });

  test('that is none or damaged is refused, and nothing is left', async () => {
    const target = await openPostgres();
    const uris = [target.uri];
    await expect(restorePostgres({ uris, file: `${file}-none` })).rejects.toThrow(/there is no file/);
    await expect(backupPostgres({ uris, file: `${file}-new` })).rejects.toThrow(/no schema yet/);
    expect(existsSync(`${file}-new`)).toBe(false);
    truncateSync(file, 20_000);
    await expect(restorePostgres({ uris, file })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(/^pg_restore failed: .*\S$/),
    });
    expect(await query(target.uri, `SELECT to_regclass('metric') AS metric`)).toEqual([{ metric: null }]);
    await target.close();
  });
});
