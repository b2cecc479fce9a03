import { CONTENT_TABLES, type Contents } from '../copies.ts';
import type { Connection } from './database.ts';

/** Counts what is in a database of ours; a table that its schema does not have yet is left out. */
export function contentsOf(db: Connection): Contents {
  const isThere = db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`);
  return db.transaction(() =>
    Object.fromEntries(
      CONTENT_TABLES.filter((table) => isThere.get(table) !== undefined).map((table) => [
        table,
        db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
      ]),
    ),
  )();
}
