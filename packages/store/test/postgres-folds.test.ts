import { openPostgres, type PostgresDatabase } from '@monitor-server/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '../src/postgres/fold.ts';
import { migratePostgres } from '../src/postgres/index.ts';
import { openPrimary, type Primary } from '../src/postgres/primary.ts';
import { insertFacts, type FactRow } from './postgres/facts.ts';
import { query, recount, TESTS_IN_NO_BLOCK } from './postgres/recount.ts';

let database: PostgresDatabase;
let primary: Primary;

beforeAll(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  primary = openPrimary({ uris: [database.uri], max: 2 });
});
afterAll(async () => {
  await primary.close();
  await database.close();
});

const foldOnce = (most: number, least = 1) =>
  primary.transact((client) => fold(client, { least, most, nowMs: Date.now() }));

const insert = (rows: readonly FactRow[], gap?: number) => insertFacts(database.uri, rows, gap);

describe('a fold', () => {
  test('gives what counting anew gives, however it is cut', async () => {
    // A few owners with many metrics, and many with a few.
    const owner = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 80 }));
    const row = fc.tuple(owner, fc.integer({ min: -1, max: 1 }));
    const step = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 150 }),
      gap: fc.integer({ min: 1, max: 700 }),
      most: fc.integer({ min: 1, max: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        for (const { rows, gap, most } of steps) {
          await insert(rows, gap);
          expect(await foldOnce(most)).toEqual({ metrics: expect.any(Number), more: expect.any(Boolean) });
        }
        expect(await recount(database.uri)).toEqual([]);
        expect(await query(database.uri, TESTS_IN_NO_BLOCK)).toHaveLength(0);
      }),
      { numRuns: 10 },
    );
  });

  test('is done by one at a time', async () => {
    await insert(Array.from({ length: 500 }, (_, at) => [at % 5, at] as const));
    const results = await Promise.all([foldOnce(100), foldOnce(100)]);
    for (const result of results) expect(['busy', { metrics: 100, more: true }]).toContainEqual(result);
    while ((await foldOnce(10_000)) === 'busy');
    expect(await recount(database.uri)).toEqual([]);
  });

  test('leaves fewer metrics than are worth it', async () => {
    while ((await foldOnce(100_000)) === 'busy');
    await insert([[1, 1]]);
    expect(await foldOnce(100, 2)).toEqual({ metrics: 0, more: false });
    expect(await foldOnce(100, 1)).toEqual({ metrics: 1, more: false });
    expect(await foldOnce(100, 1)).toEqual({ metrics: 0, more: false });
  });

  test('that fails changes nothing', async () => {
    await insert([[1, 1]]);
    const before = await query(database.uri, 'SELECT * FROM test_stat ORDER BY 1');
    const failing = primary.transact(async (client) => {
      await fold(client, { least: 1, most: 100, nowMs: Date.now() });
      throw new Error('killed');
    });
    await expect(failing).rejects.toThrow('killed');
    expect(await query(database.uri, 'SELECT * FROM test_stat ORDER BY 1')).toEqual(before);
    await foldOnce(100);
    expect(await recount(database.uri)).toEqual([]);
  });

  test('unites 64 blocks of 64 metrics when they are full', async () => {
    const rows = Array.from({ length: 8_300 }, (_, at) => [9, (at * 7919) % 50] as const);
    await insert(rows);
    for (const most of [4_095, 1, 1, 3_000, 30_000]) await foldOnce(most);
    expect(await recount(database.uri)).toEqual([]);
    const unions = `SELECT number, metric_count FROM test_block WHERE test_id = 9 AND level = 2 ORDER BY number`;
    expect(await query(database.uri, unions)).toEqual([
      { number: 0, metric_count: 4_096 },
      { number: 1, metric_count: 4_096 },
    ]);
  });
});
