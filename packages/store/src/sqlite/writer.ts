import type { Batch, Metric, RecordKey, StoredRecord } from '@monitor-server/contract';
import { storedTime } from '@monitor-server/contract/values';
import { batchIdAt, batchIdBytes, millisecondsOf } from '../batch-id.ts';
import { digest } from '../digest.ts';
import { BATCH_HORIZON_MS, StoreError, type Commit, type Replay } from '../store.ts';
import { lockForWriting, openForWriting, type Connection } from './database.ts';
import { createDimensions } from './dimensions.ts';
import { environmentFault } from './faults.ts';
import { createFold } from './fold.ts';
import { createRetention } from './retention.ts';
import { createSlices } from './slices.ts';

const DAY_MS = 86_400_000;

/** How often forgotten batch ids and keys are cleared away. */
const PRUNE_EVERY_MS = 60_000;

/** Writes batches to one SQLite file, synchronously: it belongs in a thread of its own. */
export interface SqliteWriter {
  /**
   * Tells what it did. Now and then that takes some time beyond what is stored: `onStored` is called before, and not at
   * all where it throws.
   */
  write(batches: readonly Batch[], onStored?: (commit: Commit) => void): Commit;
  /** Stores dead records in one transaction, see `DeadRecords`. */
  replay(ids: readonly number[]): Replay;
  /**
   * Notes when metrics were stored, which is to be done every few minutes, and removes some of those that are older than
   * they are kept, in about so many milliseconds; says whether there may be more of these.
   */
  expire(milliseconds?: number): boolean;
  close(): void;
}

function prepareStatements(db: Connection) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insertBatch: db.prepare('INSERT OR IGNORE INTO ingested_batch VALUES (?)'),
    insertMetric: db.prepare(
      `INSERT INTO metric (id, test_id, session_id, context_id, component_id, start_us, start_text,
         total_time, user_time, kernel_time, cpu_usage, mem_usage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    // Retention may have removed the last metric: SQLite would give its id again.
    lastMetric: db
      .prepare(`SELECT max(n, coalesce((SELECT max(id) FROM metric), 0)) FROM total WHERE name = 'folded'`)
      .pluck(),
    findKey: db.prepare('SELECT expires_at FROM metric_key WHERE key = ? AND coalesce(expires_at > ?, 1)'),
    keepKey: db.prepare('UPDATE metric_key SET expires_at = NULL WHERE key = ?'),
    insertKey: db.prepare('INSERT OR REPLACE INTO metric_key VALUES (?, ?, ?)'),
    insertDead: db.prepare('INSERT INTO dead_record (batch_id, record, error, died_at) VALUES (?, ?, ?, ?)'),
    findDead: db.prepare('SELECT record FROM dead_record WHERE id = ?').pluck(),
    removeDead: db.prepare('DELETE FROM dead_record WHERE id = ?'),
    refuseDead: db.prepare('UPDATE dead_record SET error = ?, died_at = ? WHERE id = ?'),
    pruneBatches: db.prepare('DELETE FROM ingested_batch WHERE id < ?'),
    pruneKeys: db.prepare('DELETE FROM metric_key WHERE expires_at < ?'),
  };
}

/** What a writer may be told besides where it writes. */
export interface SqliteWriterOptions {
  /** The clock, in milliseconds. */
  now?: () => number;
  /** How long metrics are kept from when they were stored; without it, for ever. */
  retentionDays?: number | undefined;
}

/** Opens the one writer of a SQLite store. */
export function openSqliteWriter(path: string, options: SqliteWriterOptions = {}): SqliteWriter {
  const lock = lockForWriting(path);
  try {
    return createWriter(openForWriting(path), lock, options);
  } catch (error) {
    lock.close();
    throw environmentFault(error) ?? error;
  }
}

function createWriter(
  db: Connection,
  lock: Connection,
  { now = Date.now, retentionDays }: SqliteWriterOptions,
): SqliteWriter {
  const sql = prepareStatements(db);
  const dimensions = createDimensions(db);
  const fold = createFold(db);
  const retention = createRetention(db);
  const slices = createSlices();
  let lastMetric = sql.lastMetric.get() as number;
  let notedMetric = 0;
  let prunedAt = 0;
  /** What the write that runs has done. */
  let written = { records: 0, dead: 0 };

  /** Whether a metric of that key is there already. */
  function isStored(key: RecordKey, digested: Buffer): boolean {
    const row = sql.findKey.get(digested, now()) as { expires_at: number | null } | undefined;
    if (row === undefined) return false;
    if (key.days === undefined && row.expires_at !== null) sql.keepKey.run(digested);
    return true;
  }

  function insertMetric(metric: Metric, key: RecordKey | undefined): void {
    const digested = key && digest(key.text);
    if (key !== undefined && digested !== undefined && isStored(key, digested)) return;
    const refs = dimensions.of(metric);
    const { micros, text } = storedTime(metric.item_start_time);
    const { total_time, user_time, kernel_time, cpu_usage, mem_usage } = metric;
    const id = lastMetric + 1;
    sql.insertMetric.run(
      id,
      refs.test,
      refs.session,
      refs.context,
      refs.component,
      micros,
      text,
      total_time,
      user_time,
      kernel_time,
      cpu_usage,
      mem_usage,
    );
    lastMetric = id;
    dimensions.pair(refs, id);
    fold.add({ ...refs, id, micros, values: [total_time, user_time, kernel_time, cpu_usage, mem_usage] });
    if (key !== undefined) {
      sql.insertKey.run(digested, id, key.days === undefined ? null : now() + key.days * DAY_MS);
    }
  }

  function insert(record: StoredRecord): void {
    if (record.type === 'metric') insertMetric(record.value, record.key);
    else if (record.type === 'session') dimensions.fillSession(record.value);
    else dimensions.fillContext(record.value);
  }

  function setAside(batch: Batch, records: readonly StoredRecord[], error: string): void {
    written.dead += records.length;
    for (const record of records) sql.insertDead.run(batch.id, JSON.stringify(record), error, now());
  }

  function insertBatch(batch: Batch, only?: ReadonlyMap<StoredRecord, string>): void {
    const id = batchIdBytes(batch.id);
    if (millisecondsOf(id) < now() - BATCH_HORIZON_MS) {
      setAside(
        batch,
        batch.records,
        'the batch is older than batch ids are remembered, it may have been stored',
      );
      return;
    }
    if (sql.insertBatch.run(id).changes === 0) return;
    for (const record of batch.records) {
      const fault = only?.get(record);
      if (fault === undefined) insert(record);
      else setAside(batch, [record], fault);
    }
    written.records += batch.records.length - (only?.size ?? 0);
  }

  function transact(work: () => void): void {
    const pending = fold.pending();
    const last = lastMetric;
    try {
      sql.begin.run();
      work();
      sql.commit.run();
    } catch (error) {
      if (db.inTransaction) sql.rollback.run();
      dimensions.reset();
      fold.forgetSince(pending);
      lastMetric = last;
      throw environmentFault(error) ?? error;
    }
  }

  function foldSome(): void {
    transact(fold.run);
    fold.settle();
  }

  /** Between transactions: what can wait, so that it is done for many metrics at once. */
  function tidy(): void {
    dimensions.trim();
    if (!fold.isDue()) return;
    try {
      foldSome();
    } catch {
      // The metrics are stored; readers go on counting them one by one, and the next write tries again.
    }
  }

  /** Why a record cannot be stored, or undefined where it can: tries it in a transaction that is undone. */
  function faultOf(record: StoredRecord): string | undefined {
    try {
      transact(() => {
        insert(record);
        throw new Rehearsal();
      });
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return error instanceof Rehearsal ? undefined : (error as Error).message;
    }
    return undefined;
  }

  /** Stores one batch, setting records aside one by one until the rest goes in. */
  function writeAlone(batch: Batch): void {
    const faults = new Map<StoredRecord, string>();
    for (const record of batch.records) {
      const fault = faultOf(record);
      if (fault !== undefined) faults.set(record, fault);
    }
    transact(() => insertBatch(batch, faults));
  }

  function prune(): void {
    if (now() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = now();
    // Ids are kept for twice the horizon: a batch that is just not too old must still be known.
    sql.pruneBatches.run(batchIdAt(now() - 2 * BATCH_HORIZON_MS));
    sql.pruneKeys.run(now());
  }

  function removeSome(expired: number, milliseconds: number): void {
    const count = slices.within(milliseconds);
    const start = performance.now();
    transact(() => {
      const removed = retention.run(expired, count);
      fold.follow(removed);
      for (const [component, session] of removed.pairs) dimensions.unpair(component, session);
    });
    slices.took(count, performance.now() - start);
  }

  return {
    write(batches, onStored) {
      const start = performance.now();
      written = { records: 0, dead: 0 };
      try {
        transact(() => {
          for (const batch of batches) insertBatch(batch);
          prune();
        });
      } catch (error) {
        if (error instanceof StoreError) throw error;
        written = { records: 0, dead: 0 };
        for (const batch of batches) writeAlone(batch);
      }
      const milliseconds = performance.now() - start;
      const commit = { ...written, batches: batches.map(({ id }) => id), milliseconds };
      onStored?.(commit);
      tidy();
      return commit;
    },
    replay(ids) {
      const found = ids.flatMap((id) => {
        const text = sql.findDead.get(id) as string | undefined;
        if (text === undefined) return [];
        const record = JSON.parse(text) as StoredRecord;
        return [{ id, record, fault: faultOf(record) }];
      });
      transact(() => {
        for (const { id, record, fault } of found) {
          if (fault !== undefined) sql.refuseDead.run(fault, now(), id);
          else {
            insert(record);
            sql.removeDead.run(id);
          }
        }
      });
      tidy();
      const refused = found.filter(({ fault }) => fault !== undefined).length;
      return { stored: found.length - refused, refused, missing: ids.length - found.length };
    },
    expire(milliseconds = 10) {
      if (lastMetric > notedMetric) {
        transact(() => retention.note(lastMetric, now()));
        notedMetric = lastMetric;
      }
      const expired = retentionDays === undefined ? undefined : retention.expired(retentionDays, now());
      if (expired === undefined) return false;
      if (fold.awaits(expired)) foldSome();
      else removeSome(expired, milliseconds);
      return true;
    },
    close() {
      db.close();
      lock.close();
    },
  };
}

/** Ends a transaction that only tries whether a record can be stored. */
class Rehearsal extends Error {}
