import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres } from '@monitor-server/testing';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createSqliteAccessTokens,
  openReaderPool,
  openSqliteWriter,
  type ListQuery,
  type StoreReader,
} from '../src/index.ts';
import { moveToPostgres, openPostgresWriter } from '../src/postgres/index.ts';
import { read } from './conformance/reading.ts';
import { batchOf, metric } from './conformance/records.ts';
import { createWorld, type World } from './conformance/world.ts';
import { query, recount, settle } from './postgres/recount.ts';
import { openReader } from './postgres/reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-move-'));

afterAll(() => rmSync(folder, { recursive: true }));

const silent = { info: () => undefined, warn: () => undefined };
const DAY_MS = 86_400_000;

/** A store whose oldest metrics were removed, with some of everything. */
function fill(path: string): World {
  let clock = Date.now() - 9 * DAY_MS;
  const writer = openSqliteWriter(path, { now: () => clock, retentionDays: 5 });
  const world = createWorld(21);
  const old = [...world.metrics(300), metric({ component: 'gone' }, { text: 'line 0' })];
  writer.write([batchOf(old, clock)]);
  writer.expire();
  clock += 8 * DAY_MS;
  writer.write([batchOf(world.posts(), clock)]);
  while (writer.expire());
  const records = [
    ...world.metrics(700),
    metric({ session_h: 's1', item_start_time: '2024-03-01T10:11:12+02:00' }, { text: 'line 1' }),
    metric({ session_h: 'stub', context_h: 'stub', item: 'ünï "quoted" \\x' }, { text: 'post 1', days: 30 }),
  ];
  writer.write([batchOf(records, clock)]);
  writer.write([batchOf([metric({ total_time: 7 })], clock - DAY_MS)]);
  writer.expire();
  writer.close();
  return world;
}

const pages: ListQuery[] = [
  { list: 'metrics', filter: {}, page: { number: 2, size: 90 } },
  { list: 'components', filter: {} },
  { list: 'sessions', filter: {}, page: { number: 1, size: 500 } },
  { list: 'contexts', filter: {}, page: { number: 1, size: 500 } },
  { list: 'pipelines', filter: { component: 'lib' }, page: { number: 1, size: 500 } },
];

const itemsOf = (reader: StoreReader) =>
  Promise.all(pages.map(async (page) => (await read(reader, page))?.items));

describe('a SQLite store that is moved to PostgreSQL', () => {
  test('is there with everything, in the same order, and goes on', async () => {
    const path = join(folder, 'moved.sqlite');
    const world = fill(path);
    const tokens = createSqliteAccessTokens(path);
    await tokens.create({ name: 'ci', digest: 'a'.repeat(64), scopes: ['ingest', 'query'], createdAt: 1 });
    await tokens.close();
    const before = openReaderPool(path, 1, () => undefined);
    const items = await itemsOf(before);
    await before.close();

    const database = await openPostgres();
    const uris = [database.uri];
    const contents = await moveToPostgres({ path, uris, log: silent });
    expect(contents).toMatchObject({ metric: 702, metric_key: 2, dead_record: 1, access_token: 1 });
    expect(await recount(database.uri)).toEqual([]);
    const reader = openReader(database.uri);
    expect(await itemsOf(reader)).toEqual(items);
    await expect(moveToPostgres({ path, uris, log: silent })).rejects.toThrow(
      /not empty: it holds 702 metrics/,
    );

    const all = await reader.count({ count: 'metrics', filter: {} });
    const writer = await openPostgresWriter({ uris });
    const known = [metric({}, { text: 'line 1' }), metric({}, { text: 'post 1', days: 30 })];
    await writer.write([batchOf([...world.metrics(50), ...world.posts(), ...known])]);
    await settle(database.uri);
    await writer.close();
    expect(await reader.count({ count: 'metrics', filter: {} })).toBe(all + 50);
    expect(await recount(database.uri)).toEqual([]);
    await reader.close();
    await database.close();
  });

  test('leaves nothing behind where it cannot be moved', async () => {
    const path = join(folder, 'refused.sqlite');
    const writer = openSqliteWriter(path);
    writer.write([batchOf([...createWorld(1).metrics(20), metric({ item: 'test\0item' })])]);
    const database = await openPostgres();
    const uris = [database.uri];
    const move = moveToPostgres({ path, uris, log: silent });
    await expect(move).rejects.toThrow(/another monitor-server writes this database/);
    writer.close();
    await expect(moveToPostgres({ path, uris, log: silent })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(
        /U\+0000, which PostgreSQL cannot store: it begins with "test\\u0000item"/,
      ),
    });
    expect(await query(database.uri, 'SELECT count(*) FROM component')).toEqual([{ count: '0' }]);
    await expect(moveToPostgres({ path: `${path}-none`, uris, log: silent })).rejects.toThrow(
      /there is no file/,
    );
    await database.close();
  });
});
