import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { checkCopy, isEmpty, notEmpty, type Contents } from '../copies.ts';
import { StoreError } from '../store.ts';
import { contentsOf } from './contents.ts';
import { lockForWriting, openForReading, openForWriting, schemaNumber, type Connection } from './database.ts';

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

/** Puts a file in its place, under its name, once it is on the disk. */
function settle(part: string, path: string): void {
  sync(part);
  renameSync(part, path);
  sync(dirname(path));
}

function openExisting(path: string): Connection {
  try {
    const db = openForReading(path);
    db.prepare('SELECT count(*) FROM metric').get();
    return db;
  } catch (error) {
    throw new StoreError(
      'unusable',
      `${path} is no database of monitor-server: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function writeFault(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError('broken', `${path} cannot be written: ${(error as Error).message}`, { cause: error });
}

/** What a database of ours holds, its schema brought up to date. */
function contentsAt(path: string): Contents {
  const db = openForWriting(path);
  try {
    return contentsOf(db);
  } finally {
    db.close();
  }
}

/** Opens a copy, makes sure that it is whole, and counts what it holds. */
function inspect(path: string): Contents {
  const db = openExisting(path);
  try {
    schemaNumber(db);
    const fault = db.pragma('quick_check(1)', { simple: true }) as string;
    if (fault !== 'ok') throw new StoreError('unusable', `${path} is damaged: ${fault}`);
    return contentsOf(db);
  } finally {
    db.close();
  }
}

/**
 * Copies a SQLite store as it is at one moment into a file that must not exist; it may be written meanwhile. Gives what the
 * copy holds, which is whole and synced. Throws a StoreError, and leaves no file, where that cannot be done.
 */
export function backupSqlite(path: string, file: string): Contents {
  if (existsSync(file)) throw new StoreError('unusable', `${file} exists; name a new file`);
  openExisting(path).close();
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    const db = new Database(path, { fileMustExist: true });
    try {
      db.prepare('VACUUM INTO ?').run(part);
    } finally {
      db.close();
    }
    const contents = inspect(part);
    settle(part, file);
    return contents;
  } catch (error) {
    rmSync(part, { force: true });
    throw writeFault(file, error);
  }
}

/** Removes what is in the place of a database, unless that holds anything. */
function clear(path: string): void {
  if (existsSync(path)) {
    const contents = contentsAt(path);
    if (!isEmpty(contents)) throw notEmpty(contents);
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/**
 * Puts a copy that `backupSqlite` made in the place of a SQLite store that nobody has open, and that is not there or holds
 * nothing; brings its schema up to date. Gives what it holds, which is what the copy holds. Throws a StoreError where that
 * cannot be done.
 */
export function restoreSqlite(file: string, path: string): Contents {
  const lock = lockForWriting(path);
  const part = `${path}.part`;
  try {
    const expected = inspect(file);
    clear(path);
    copyFileSync(file, part);
    settle(part, path);
    const contents = contentsAt(path);
    checkCopy(expected, contents);
    return contents;
  } catch (error) {
    rmSync(part, { force: true });
    throw writeFault(path, error);
  } finally {
    lock.close();
  }
}
