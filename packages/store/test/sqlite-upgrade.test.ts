import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '@monitor-server/contract';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { openReaderPool, openSqliteWriter, type ListQuery } from '../src/index.ts';
import { createModel, take } from './conformance/model.ts';
import { faultsOf } from './conformance/reading.ts';
import { batchOf } from './conformance/records.ts';
import type { Subject } from './conformance/store.ts';
import { createWorld } from './conformance/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-upgrade-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a file what it would be had the first schema written it. */
function downgrade(path: string): void {
  const db = new Database(path);
  for (const table of ['test_block', 'session_block']) {
    const columns = db.pragma(`table_info(${table})`) as { name: string }[];
    for (const { name } of columns) {
      if (name.endsWith('_next')) db.exec(`ALTER TABLE ${table} DROP COLUMN ${name}`);
    }
  }
  db.exec('DROP TABLE access_token');
  db.pragma('user_version = 1');
  db.close();
}

const rankings = resources.flatMap((resource) =>
  (['head', 'tail'] as const).flatMap((end) =>
    [5, 60].flatMap((n): ListQuery[] => [
      { list: 'ranking', filter: {}, resource, end, n },
      { list: 'ranking', filter: { component: 'lib' }, resource, end, n },
      { list: 'ranking', filter: { pipeline: 'main' }, resource, end, n },
    ]),
  ),
);

describe('a SQLite file of the first schema', () => {
  test('is brought up to date, and answers the same with what is written before and after', async () => {
    const path = join(folder, 'first.sqlite');
    const world = createWorld(3);
    const model = createModel();

    function write(length: number): void {
      const records = [...world.metrics(length), ...world.posts()];
      const writer = openSqliteWriter(path);
      writer.write([batchOf(records)]);
      writer.write([]);
      writer.close();
      take(model, records);
    }

    write(3_300);
    write(3_000);
    downgrade(path);
    openSqliteWriter(path).close();
    const reader = openReaderPool(path, 1, () => undefined);
    const subject = { reader, model } as Subject;
    expect(await faultsOf(subject, rankings)).toEqual([]);
    write(3_000);
    write(3_000);
    expect(await faultsOf(subject, rankings)).toEqual([]);
    await reader.close();
  });
});
