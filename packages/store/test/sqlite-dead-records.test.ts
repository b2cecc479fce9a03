import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredRecord } from '@monitor-server/contract';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteDeadRecords, openSqliteReader, openSqliteWriter, type DeadRecords } from '../src/index.ts';
import { batchOf, metric, session } from './conformance/records.ts';

let folder: string;
let path: string;
let dead: DeadRecords;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-dead-'));
  path = join(folder, 'x.sqlite');
  write([]);
  dead = openSqliteDeadRecords(path, () => 5_000);
});
afterEach(async () => {
  await dead.close();
  rmSync(folder, { recursive: true });
});

function write(records: readonly StoredRecord[]): void {
  const writer = openSqliteWriter(path);
  writer.write([batchOf(records)]);
  writer.close();
}

const bad = (total_time: number): StoredRecord => metric({ total_time, item_start_time: 'never' });

/** Puts right what was wrong with some records, as an operator might. */
function mend(ids: readonly number[]): void {
  const db = new Database(path);
  const update = db.prepare(
    `UPDATE dead_record SET record = replace(record, 'never', '2024-01-01') WHERE id = ?`,
  );
  for (const id of ids) update.run(id);
  db.close();
}

function countMetrics(): number {
  const reader = openSqliteReader(path);
  const count = reader.count({ count: 'metrics', filter: {} });
  reader.close();
  return count;
}

describe('dead records of a SQLite file', () => {
  test('are listed oldest first, page by page, and got one by one', async () => {
    const records = [bad(0), session({ run_date: 'never' }), bad(2)];
    write([...records, metric()]);
    const all = await dead.list({ limit: 10 });
    expect(all.map(({ record }) => JSON.parse(record))).toEqual(records);
    expect(all[0]).toMatchObject({ error: expect.stringMatching(/never/), batch: expect.any(String) });
    const [first, second] = all;
    expect(await dead.list({ limit: 1 })).toEqual([first]);
    expect(await dead.list({ after: first?.id ?? 0, limit: 1 })).toEqual([second]);
    expect(await dead.get(second?.id ?? 0)).toEqual(second);
    expect(await dead.get(1_000)).toBeUndefined();
  });

  test('are stored and gone when they are replayed, and those that are refused again stay', async () => {
    write([bad(0), bad(1), bad(2)]);
    const [first, second, third] = (await dead.list({ limit: 10 })).map(({ id }) => id) as [
      number,
      number,
      number,
    ];
    mend([first, third]);
    expect(await dead.replay([first, second, first, 1_000])).toEqual({ stored: 1, refused: 1, missing: 1 });
    expect((await dead.list({ limit: 10 })).map(({ id, diedAt }) => [id, diedAt === 5_000])).toEqual([
      [second, true],
      [third, false],
    ]);
    expect(await dead.replay('all')).toEqual({ stored: 1, refused: 1, missing: 0 });
    expect(await dead.replay('all')).toEqual({ stored: 0, refused: 1, missing: 0 });
    expect(countMetrics()).toBe(2);
  });

  test('are replayed only while nobody else writes', async () => {
    write([bad(0)]);
    const writer = openSqliteWriter(path);
    await expect(dead.replay('all')).rejects.toThrow(/another monitor-server/);
    writer.close();
    expect(await dead.list({ limit: 10 })).toHaveLength(1);
  });
});
