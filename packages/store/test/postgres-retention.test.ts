import { openPostgres, type PostgresDatabase } from '@monitor-server/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '../src/postgres/fold.ts';
import { migratePostgres, openPostgresWriter } from '../src/postgres/index.ts';
import { openPrimary, type Primary } from '../src/postgres/primary.ts';
import { removeExpired } from '../src/postgres/retention.ts';
import { batchOf } from './conformance/records.ts';
import { createWorld } from './conformance/world.ts';
import { insertFacts, type FactRow } from './postgres/facts.ts';
import { query, recount } from './postgres/recount.ts';

let database: PostgresDatabase;
let primary: Primary;

beforeAll(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  primary = openPrimary({ uris: [database.uri], max: 4 });
});
afterAll(async () => {
  await primary.close();
  await database.close();
});

const HOUR_MS = 3_600_000;
const DAYS = 10;
let clock = Date.parse('2024-05-01T00:00:00Z');

const foldSome = (most: number) =>
  primary.transact((client) => fold(client, { least: 1, most, nowMs: clock }));

const removeSome = (most: number) =>
  primary.transact((client) => removeExpired(client, { days: DAYS, most, nowMs: clock }));

const insert = (rows: readonly FactRow[], gap?: number) => insertFacts(database.uri, rows, gap);

describe('retention in PostgreSQL', () => {
  test('leaves what counting anew gives, however it is cut', async () => {
    const owner = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 80 }));
    const row = fc.tuple(owner, fc.integer({ min: -1, max: 1 }));
    const step = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 150 }),
      gap: fc.integer({ min: 1, max: 700 }),
      hours: fc.integer({ min: 0, max: 200 }),
      most: fc.integer({ min: 1, max: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        for (const { rows, gap, hours, most } of steps) {
          await insert(rows, gap);
          await foldSome(120);
          clock += hours * HOUR_MS;
          await removeSome(most);
        }
        expect(await recount(database.uri)).toEqual([]);
      }),
      { numRuns: 4 },
    );
  });

  test('counts blocks of 64 blocks anew that have lost some of theirs', async () => {
    const expire = () => (clock += (DAYS * 24 + 2) * HOUR_MS);
    await foldSome(100_000);
    expire();
    await removeSome(100_000);
    await insert(Array.from({ length: 9_000 }, (_, at) => [9, (at * 7919) % 50] as const));
    await foldSome(100_000);
    expire();
    for (const metrics of [1, 63, 700]) expect(await removeSome(metrics)).toEqual({ metrics, more: true });
    expect(await recount(database.uri)).toEqual([]);
    for (const metrics of [3_400, 30]) expect(await removeSome(metrics)).toEqual({ metrics, more: true });
    await insert(Array.from({ length: 4_000 }, (_, at) => [9, (at * 7919) % 50] as const));
    await foldSome(100_000);
    expect(await recount(database.uri)).toEqual([]);
  });

  test('is done by one at a time, beside folds', async () => {
    await insert(Array.from({ length: 500 }, (_, at) => [at % 5, at] as const));
    await Promise.all([foldSome(100), removeSome(300), removeSome(300), foldSome(100)]);
    expect(await recount(database.uri)).toEqual([]);
  });

  test('that fails changes nothing', async () => {
    const state = () =>
      query(
        database.uri,
        `SELECT (SELECT count(*) FROM metric), (SELECT sum(removed) FROM test_stat), total.* FROM total`,
      );
    const before = await state();
    const failing = primary.transact(async (client) => {
      await removeExpired(client, { days: 1, most: 100, nowMs: clock + 100 * 24 * HOUR_MS });
      throw new Error('killed');
    });
    await expect(failing).rejects.toThrow('killed');
    expect(await state()).toEqual(before);
  });

  test('is done by a writer that is told to, by itself', async () => {
    const uris = [database.uri];
    await query(database.uri, `SELECT setval(pg_get_serial_sequence('metric', 'id'), max(id)) FROM metric`);
    const long = Date.now() - 50 * HOUR_MS;
    await query(database.uri, 'UPDATE metric_hour SET hour = hour - 1000000');
    const first = await openPostgresWriter({ uris, now: () => long });
    await first.write([batchOf(createWorld(1).metrics(200), long)]);
    await first.close();
    while (
      (await primary.transact((client) => fold(client, { least: 1, most: 100_000, nowMs: long }))) === 'busy'
    );
    const writer = await openPostgresWriter({ uris, retentionDays: 1 });
    const count = () => query(database.uri, 'SELECT count(*) FROM metric');
    await expect.poll(count, { timeout: 20_000, interval: 50 }).toEqual([{ count: '0' }]);
    await writer.close();
    expect(await recount(database.uri)).toEqual([]);
  });
});
