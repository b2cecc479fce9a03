import type { StoredRecord } from '@monitor-server/contract';
import type { PoolClient } from 'pg';
import type { DeadRecord, DeadRecords, Replay } from '../store.ts';
import { bigints, texts } from './arrays.ts';
import { messageOf } from './batches.ts';
import { createDimensions, type Resolve } from './dimensions.ts';
import { fold } from './fold.ts';
import { storeInParts } from './parts.ts';
import { openPrimary, type StoreLog } from './primary.ts';
import { readyRecord, type ReadyRecord } from './records.ts';
import { checkSchema } from './schema.ts';

/** How many are stored in one transaction at most. */
const STEP = 500;

const FOLD_LIMIT = 32_768;

const COLUMNS = `id, batch_id AS batch, record, error,
  (extract(epoch FROM died_at) * 1000)::double precision AS "diedAt"`;

const LIST = `SELECT ${COLUMNS} FROM dead_record WHERE id > $1 ORDER BY id LIMIT $2`;
const GET = `SELECT ${COLUMNS} FROM dead_record WHERE id = $1`;
const IDS = 'SELECT id FROM dead_record ORDER BY id';

/** Whoever comes second waits, and then finds those gone that were stored. */
const TAKE = `SELECT id, batch_id AS batch, record FROM dead_record WHERE id = ANY ($1::bigint[])
  ORDER BY id FOR UPDATE`;

const REMOVE = 'DELETE FROM dead_record WHERE id = ANY ($1::bigint[])';

const REFUSE = `UPDATE dead_record SET error = given.error, died_at = to_timestamp($3::double precision / 1000)
  FROM unnest($1::bigint[], $2::text[]) AS given (id, error) WHERE dead_record.id = given.id`;

export interface DeadRecordsOptions {
  /** One server each; that which is not in recovery is the primary. */
  uris: readonly string[];
  log?: StoreLog;
  /** The clock, in milliseconds. */
  now?: () => number;
}

/** Opens the records that a PostgreSQL store refused; writers may be at work meanwhile. Rejects with a StoreError. */
export async function openDeadRecords({
  uris,
  log,
  now = Date.now,
}: DeadRecordsOptions): Promise<DeadRecords> {
  const primary = openPrimary({ uris, max: 1, ...(log && { log }) });
  try {
    await checkSchema(primary);
  } catch (error) {
    await primary.close();
    throw error;
  }
  const dimensions = createDimensions();

  /** Stores a few in one transaction, and removes those that were stored. */
  async function replaySome(client: PoolClient, resolve: Resolve, ids: readonly number[]) {
    const { rows } = await client.query<Pick<DeadRecord, 'id' | 'batch' | 'record'>>(TAKE, [bigints(ids)]);
    const refused = new Map<number, string>();
    const ready: ReadyRecord[] = [];
    const idOf = new Map<StoredRecord, number>();
    for (const { id, batch, record } of rows) {
      try {
        const stored = JSON.parse(record) as StoredRecord;
        ready.push(readyRecord(batch, stored));
        idOf.set(stored, id);
      } catch (error) {
        refused.set(id, messageOf(error));
      }
    }
    const { stored, refusals } = await storeInParts(client, resolve, ready, now());
    for (const { record, error } of refusals) refused.set(idOf.get(record) as number, error);
    const done = rows.map(({ id }) => id).filter((id) => !refused.has(id));
    await client.query(REMOVE, [bigints(done)]);
    await client.query(REFUSE, [bigints([...refused.keys()]), texts([...refused.values()]), now()]);
    const replay = { stored: done.length, refused: refused.size, missing: ids.length - rows.length };
    return { stored, replay };
  }

  /** What was replayed may be much, and no writer may write soon. */
  async function foldAll(): Promise<void> {
    for (;;) {
      const result = await primary.transact((client) =>
        fold(client, { least: 1, most: FOLD_LIMIT, nowMs: now() }),
      );
      if (result === 'busy' || !result.more) return;
    }
  }

  return {
    list: ({ after = 0, limit }) => primary.query<DeadRecord>(LIST, [after, limit]),
    get: async (id) => (await primary.query<DeadRecord>(GET, [id]))[0],
    async replay(given) {
      const ids = given === 'all' ? (await primary.query<{ id: number }>(IDS)).map(({ id }) => id) : given;
      const unique = [...new Set(ids)].sort((a, b) => a - b);
      const sum: Replay = { stored: 0, refused: 0, missing: 0 };
      for (let at = 0; at < unique.length; at += STEP) {
        const chosen = unique.slice(at, at + STEP);
        const { stored, replay } = await primary.transact((client, { incarnation }) =>
          replaySome(client, dimensions.within(client, incarnation), chosen),
        );
        for (const { keep } of stored) keep();
        sum.stored += replay.stored;
        sum.refused += replay.refused;
        sum.missing += replay.missing;
      }
      if (sum.stored > 0) await foldAll();
      return sum;
    },
    close: () => primary.close(),
  };
}
