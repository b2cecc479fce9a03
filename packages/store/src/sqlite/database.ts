import { readdirSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreError } from '../store.ts';

export type Connection = Database.Database;

const migrationsFolder = new URL('migrations/', import.meta.url);

/** The migrations, oldest first; the first has the number 1. */
function migrations(): string[] {
  return readdirSync(migrationsFolder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => readFileSync(new URL(name, migrationsFolder), 'utf8'));
}

/** Which migrations a database has had. Throws a StoreError where this monitor-server does not know all of them. */
export function schemaNumber(db: Connection): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const newest = migrations().length;
  if (version > newest) {
    throw new StoreError(
      'broken',
      `its schema is number ${version}, and this monitor-server knows up to ${newest}; use a newer monitor-server`,
    );
  }
  return version;
}

/** Brings the schema up to date. Several processes may do so at once; one waits for the other. */
function migrate(db: Connection): void {
  const steps = migrations();
  db.transaction(() => {
    for (const step of steps.slice(schemaNumber(db))) db.exec(step);
    db.pragma(`user_version = ${steps.length}`);
  }).exclusive();
}

/** Makes sure that the schema has all that is read. Throws a StoreError. */
export function checkSchema(db: Connection): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  const newest = migrations().length;
  if (version < newest) {
    throw new StoreError(
      'broken',
      `its schema is number ${version} of ${newest}; start the service that writes it, which brings it up to date`,
    );
  }
}

const BUSY_TIMEOUT_MS = 30_000;

/** How long a writer waits for the one before it to end. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Makes sure that there is one writer: it keeps counts in memory, which a second one would not see. The lock is one
 * of the operating system, on a file beside the database, so it ends with the process however that ends.
 */
export function lockForWriting(path: string): Connection {
  const lock = new Database(`${path}-writer`, { timeout: LOCK_TIMEOUT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new StoreError(
      'broken',
      'another monitor-server writes this database; stop that one, or use another file',
      {
        cause: error,
      },
    );
  }
}

/** Opens the database for writing, makes it where it is missing, and brings its schema up to date. */
export function openForWriting(path: string): Connection {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    // A commit is on the disk before it is answered: 201 means durable.
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 16384');
    db.pragma('cache_size = -65536');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a database that exists for reading. */
export function openForReading(path: string): Connection {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma('cache_size = -16384');
  return db;
}
