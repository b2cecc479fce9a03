import { openPostgres, type PostgresDatabase } from '@monitor-server/testing';
import type { StoredRecord } from '@monitor-server/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeadRecords, StoreWriter } from '../src/index.ts';
import { migratePostgres, openDeadRecords, openPostgresWriter } from '../src/postgres/index.ts';
import { batchId, batchOf, metric, newHash, session } from './conformance/records.ts';
import { query, recount } from './postgres/recount.ts';

const LIMIT = 666;

let database: PostgresDatabase;
let writer: StoreWriter;
let dead: DeadRecords;

beforeEach(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  writer = await openPostgresWriter({ uris: [database.uri] });
  dead = await openDeadRecords({ uris: [database.uri] });
  await refuse('mem_usage', LIMIT);
});
afterEach(async () => {
  await dead.close();
  await writer.close();
  await database.close();
});

/** Has the database refuse a value that nothing else finds fault with. */
async function refuse(column: string, value: number): Promise<void> {
  await query(
    database.uri,
    `ALTER TABLE metric ADD CONSTRAINT ${column}_limit CHECK (${column} <> ${value})`,
  );
}

async function allow(column: string): Promise<void> {
  await query(database.uri, `ALTER TABLE metric DROP CONSTRAINT ${column}_limit`);
}

const stored = async (): Promise<number[]> =>
  (await query<{ total_time: number }>(database.uri, 'SELECT total_time FROM metric ORDER BY id')).map(
    ({ total_time }) => total_time,
  );

/** Metrics with running numbers in `total_time`; those at some places are such that the database refuses them. */
function numbered(length: number, bad: readonly number[]): StoredRecord[] {
  return Array.from({ length }, (_, at) =>
    metric({ total_time: at, ...(bad.includes(at) && { mem_usage: LIMIT, session_h: newHash() }) }),
  );
}

describe('records that only the database refuses', () => {
  test('stand alone, wherever they are; the others are stored in order', async () => {
    const bad = [0, 1, 17, 62, 99];
    const batches = [batchOf(numbered(100, bad)), batchOf([session()])];
    await writer.write(batches);
    await writer.write(batches);
    expect(await stored()).toEqual(
      Array.from({ length: 100 }, (_, at) => at).filter((at) => !bad.includes(at)),
    );
    const records = await dead.list({ limit: 100 });
    expect(records.map(({ record }) => JSON.parse(record))).toEqual(bad.map((at) => batches[0]?.records[at]));
    expect(records[0]).toEqual({
      id: expect.any(Number),
      batch: batches[0]?.id,
      record: expect.any(String),
      error: expect.stringMatching(/mem_usage_limit/),
      diedAt: expect.any(Number),
    });
    expect(records[0]?.diedAt).toBeGreaterThan(Date.now() - 60_000);
    // The sessions of those that were refused are stubs, which nobody sees.
    expect(await query(database.uri, `SELECT n FROM total WHERE name = 'sessions'`)).toEqual([{ n: '1' }]);
    expect(await query(database.uri, 'SELECT count(*) FROM session WHERE ordinal IS NOT NULL')).toEqual([
      { count: '1' },
    ]);
  });

  test('hold up nobody else who writes at the same time', async () => {
    const others = await openPostgresWriter({ uris: [database.uri] });
    const batches = Array.from({ length: 20 }, (_, at) => batchOf(numbered(30, at % 2 === 0 ? [at] : [])));
    await Promise.all(batches.map((batch, at) => (at % 2 === 0 ? writer : others).write([batch])));
    await others.close();
    expect(await stored()).toHaveLength(20 * 30 - 10);
    expect(await dead.list({ limit: 100 })).toHaveLength(10);
  });
});

describe('dead records', () => {
  test('are listed oldest first, page by page, and got one by one', async () => {
    await writer.write([batchOf(numbered(30, [3, 9, 20, 21, 22]))]);
    const all = await dead.list({ limit: 10 });
    expect(all).toHaveLength(5);
    const [first, second, third] = all;
    expect(await dead.list({ limit: 2 })).toEqual([first, second]);
    expect(await dead.list({ after: second?.id ?? 0, limit: 1 })).toEqual([third]);
    expect(await dead.get(third?.id ?? 0)).toEqual(third);
    expect(await dead.get(1_000_000)).toBeUndefined();
  });

  test('are stored and gone when they are replayed, and those that are refused again stay', async () => {
    const bad = numbered(6, [0, 1, 2, 3, 4, 5]);
    await writer.write([batchOf(bad)]);
    const ids = (await dead.list({ limit: 10 })).map(({ id }) => id);
    await allow('mem_usage');
    await refuse('total_time', 3);
    expect(await dead.replay([...ids.slice(2), ...ids.slice(2), 1_000_000])).toEqual({
      stored: 3,
      refused: 1,
      missing: 1,
    });
    expect(await stored()).toEqual([2, 4, 5]);
    const left = await dead.list({ limit: 10 });
    expect(left.map(({ id, error }) => [id, error.includes('total_time_limit')])).toEqual([
      [ids[0], false],
      [ids[1], false],
      [ids[3], true],
    ]);
    expect(await dead.replay('all')).toEqual({ stored: 2, refused: 1, missing: 0 });
    expect(await recount(database.uri)).toEqual([]);
  });

  test('that several replay at once are stored once', async () => {
    await writer.write([
      batchOf(
        numbered(
          40,
          Array.from({ length: 40 }, (_, at) => at),
        ),
      ),
    ]);
    await allow('mem_usage');
    const others = await Promise.all([1, 2, 3].map(() => openDeadRecords({ uris: [database.uri] })));
    const replays = await Promise.all([dead, ...others].map((each) => each.replay('all')));
    await Promise.all(others.map((each) => each.close()));
    expect(replays.reduce((sum, { stored: count }) => sum + count, 0)).toBe(40);
    expect(await stored()).toHaveLength(40);
    expect(await dead.list({ limit: 1 })).toEqual([]);
  });

  test('of a batch that came too late are stored when they are replayed', async () => {
    const late = { id: batchId(Date.now() - 25 * 3_600_000), records: numbered(3, []) };
    await writer.write([late]);
    await writer.write([late]);
    expect(await stored()).toEqual([]);
    expect((await dead.list({ limit: 10 })).map(({ error }) => error)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/older/)),
    );
    expect(await dead.replay('all')).toEqual({ stored: 3, refused: 0, missing: 0 });
    expect(await stored()).toEqual([0, 1, 2]);
  });

  test('that are no records at all stay, with the reason', async () => {
    for (const text of ['null', '{', '{"type":"metric"}', '{"type":"other","value":{}}']) {
      await query(
        database.uri,
        `INSERT INTO dead_record (batch_id, record, error, died_at) VALUES (gen_random_uuid(), $1, '', now())`,
        [text],
      );
    }
    expect(await dead.replay('all')).toEqual({ stored: 0, refused: 4, missing: 0 });
    for (const { error } of await dead.list({ limit: 10 })) expect(error).not.toBe('');
  });
});
