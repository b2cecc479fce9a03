import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import {
  backupSqlite,
  openReaderPool,
  openSqliteWriter,
  openWriterThread,
  restoreSqlite,
  StoreError,
} from '../src/index.ts';
import { batchOf, metric } from './conformance/records.ts';
import { createWorld } from './conformance/world.ts';
import { recount } from './sqlite/recount.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-backup-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `${files++}.sqlite`);

function fail(error: unknown): void {
  throw new Error('a thread of the store ended', { cause: error });
}

/** A store with some metrics; `write` adds others. */
function fill(path: string): void {
  const writer = openSqliteWriter(path);
  const world = createWorld(1);
  writer.write([batchOf([...world.metrics(600), ...world.posts(), metric({}, { text: 'line 1' })])]);
  writer.close();
}

describe('a backup of a SQLite store', () => {
  test('that is made while it is written is of one moment, and is the store again', async () => {
    const path = newFile();
    const copy = newFile();
    const restored = newFile();
    const world = createWorld(3);
    const writer = await openWriterThread(path, fail);
    await writer.write([batchOf([...world.metrics(2_500), ...world.posts()])]);
    const writing = writer.write(Array.from({ length: 5 }, () => batchOf(world.metrics(100))));
    const contents = backupSqlite(path, copy);
    await writing;
    await writer.close();
    expect([2_500, 3_000]).toContain(contents['metric']);

    expect(restoreSqlite(copy, restored)).toEqual(contents);
    expect(recount(restored)).toEqual([]);
    const reader = openReaderPool(restored, 1, fail);
    expect(await reader.count({ count: 'metrics', filter: {} })).toBe(contents['metric']);
    await reader.close();
  });

  test('replaces a store that holds nothing, and no other', () => {
    const path = newFile();
    const copy = newFile();
    const empty = newFile();
    fill(path);
    const contents = backupSqlite(path, copy);
    expect(() => backupSqlite(path, copy)).toThrow(/exists; name a new file/);
    expect(() => restoreSqlite(copy, path)).toThrow(/not empty: it holds 601 metrics and 41 sessions/);
    openSqliteWriter(empty).close();
    expect(restoreSqlite(copy, empty)).toEqual(contents);
    openSqliteWriter(empty).close();
    expect(recount(empty)).toEqual([]);
  });

  test('is not put under a server that runs', () => {
    const path = newFile();
    const copy = newFile();
    fill(path);
    backupSqlite(path, copy);
    const other = newFile();
    const writer = openSqliteWriter(other);
    expect(() => restoreSqlite(copy, other)).toThrow(/another monitor-server writes this database/);
    writer.close();
  });

  test('that is none, or damaged, or of a newer monitor-server is refused, and nothing is left', () => {
    const path = newFile();
    const copy = newFile();
    fill(path);
    backupSqlite(path, copy);
    const target = newFile();
    const refused = (file: string, message: RegExp): void => {
      expect(() => restoreSqlite(file, target)).toThrow(StoreError);
      expect(() => restoreSqlite(file, target)).toThrow(message);
      expect(existsSync(target)).toBe(false);
      expect(existsSync(`${target}.part`)).toBe(false);
    };
    const text = newFile();
    writeFileSync(text, 'This is a text, longer than the head of a database would be. '.repeat(40));
    refused(text, /is no database of monitor-server/);
    refused(newFile(), /is no database of monitor-server/);
    const db = new Database(copy);
    db.pragma('user_version = 99');
    db.close();
    refused(copy, /schema is number 99.*use a newer/);
    truncateSync(copy, 65_536);
    refused(copy, /is no database of monitor-server|damaged|malformed/);
    expect(() => backupSqlite(newFile(), newFile())).toThrow(/is no database of monitor-server/);
    expect(() => backupSqlite(path, join(folder, 'none', 'copy'))).toThrow(/cannot be written/);
  });
});
