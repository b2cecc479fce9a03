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

/** Brings the schema up to date. Several processes may do so at once; one waits for the other. */
function migrate(db: Connection, path: string): void {
  const steps = migrations();
  db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > steps.length) {
      throw new StoreError(
        'broken',
        `the database ${path} has schema ${version}, this monitor-server knows up to ${steps.length}: use a newer one`,
      );
    }
    for (const step of steps.slice(version)) db.exec(step);
    db.pragma(`user_version = ${steps.length}`);
  }).exclusive();
}

const BUSY_TIMEOUT_MS = 30_000;

/** Opens the database for writing, makes it where it is missing, and brings its schema up to date. */
export function openForWriting(path: string): Connection {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  // A commit is on the disk before it is answered: 201 means durable.
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 16384');
  db.pragma('cache_size = -65536');
  migrate(db, path);
  return db;
}

/** Opens a database that exists for reading. */
export function openForReading(path: string): Connection {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma('cache_size = -16384');
  return db;
}
