import type { Database } from 'better-sqlite3';

export const VERSION = 1;

/** The index is there to be counted from: the payloads of a long outage take seconds to read. */
export const SCHEMA = `
  CREATE TABLE batch (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    came_at INTEGER NOT NULL,
    records INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    payload BLOB NOT NULL
  );
  CREATE INDEX batch_amount ON batch (records, bytes);
  PRAGMA user_version = ${VERSION};`;

/** Batches that are offered no more: taken ones, until they are deleted, and damaged ones, which are kept. */
const PASSED = `CREATE TEMP TABLE passed
  (id TEXT PRIMARY KEY, records INTEGER NOT NULL, bytes INTEGER NOT NULL, damaged INTEGER NOT NULL)`;

/** The statements of a spool file, for a connection that has just been made. */
export function prepareStatements(db: Database) {
  db.exec(PASSED);
  return {
    insert: db.prepare(
      `INSERT OR IGNORE INTO batch (id, came_at, records, bytes, payload)
       VALUES (@id, @now, @records, @bytes, @payload)`,
    ),
    pass: db.prepare(
      `INSERT OR IGNORE INTO passed SELECT id, records, bytes, @damaged FROM batch WHERE id = @id
       RETURNING records, bytes`,
    ),
    deletePassed: db.prepare('DELETE FROM batch WHERE id IN (SELECT id FROM passed WHERE damaged = 0)'),
    forgetPassed: db.prepare('DELETE FROM passed WHERE damaged = 0'),
    oldest: db.prepare(
      'SELECT id, payload FROM batch WHERE id NOT IN (SELECT id FROM passed) ORDER BY seq LIMIT ?',
    ),
    oldestAt: db
      .prepare('SELECT came_at FROM batch WHERE id NOT IN (SELECT id FROM passed) ORDER BY seq LIMIT 1')
      .pluck(),
    amount: db.prepare(
      'SELECT count(*) AS batches, total(records) AS records, total(bytes) AS bytes FROM batch',
    ),
  };
}
