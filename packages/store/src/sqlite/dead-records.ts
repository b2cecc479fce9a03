import type { DeadRecord, DeadRecords, Replay } from '../store.ts';
import { openForReading } from './database.ts';
import { openSqliteWriter } from './writer.ts';

/** How many are stored in one transaction at most. */
const STEP = 500;

const COLUMNS = 'id, batch_id AS batch, record, error, died_at AS diedAt';

/**
 * Opens the records that a SQLite store refused. They can be looked at any time, and replayed while nobody else writes.
 */
export function openSqliteDeadRecords(path: string, now: () => number = Date.now): DeadRecords {
  const db = openForReading(path);
  const list = db.prepare(`SELECT ${COLUMNS} FROM dead_record WHERE id > ? ORDER BY id LIMIT ?`);
  const get = db.prepare(`SELECT ${COLUMNS} FROM dead_record WHERE id = ?`);
  const ids = db.prepare('SELECT id FROM dead_record ORDER BY id').pluck();

  function replay(given: readonly number[]): Replay {
    const sum: Replay = { stored: 0, refused: 0, missing: 0 };
    const writer = openSqliteWriter(path, { now });
    try {
      for (let at = 0; at < given.length; at += STEP) {
        const { stored, refused, missing } = writer.replay(given.slice(at, at + STEP));
        sum.stored += stored;
        sum.refused += refused;
        sum.missing += missing;
      }
      return sum;
    } finally {
      writer.close();
    }
  }

  return {
    list: async ({ after = 0, limit }) => list.all(after, limit) as DeadRecord[],
    get: async (id) => get.get(id) as DeadRecord | undefined,
    replay: async (given) => replay(given === 'all' ? (ids.all() as number[]) : [...new Set(given)]),
    close: async () => {
      db.close();
    },
  };
}
