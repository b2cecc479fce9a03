import type { Batch, StoredRecord } from '@monitor-server/contract';
import type { PoolClient } from 'pg';
import { batchIdBytes, millisecondsOf } from '../batch-id.ts';
import { texts, uuids } from './arrays.ts';
import { readyRecord, type ReadyRecord } from './records.ts';

/** Ids in order, so that transactions with the same ones never wait for each other in a circle. */
const TAKE = `INSERT INTO ingested_batch (id) SELECT id FROM unnest($1::uuid[]) AS given (id) ORDER BY id
  ON CONFLICT DO NOTHING RETURNING id`;

const SET_ASIDE = `INSERT INTO dead_record (batch_id, record, error, died_at)
  SELECT batch, record, error, to_timestamp($4::double precision / 1000)
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (batch, record, error)`;

const TOO_OLD = 'the batch is older than batch ids are remembered, it may have been stored';

/** Long texts may be the very reason why a record is refused, and messages name them. */
const ERROR_LIMIT = 1_000;

/** A record that cannot be stored. */
export interface Refusal {
  batch: string;
  record: StoredRecord;
  error: string;
}

/** A batch, read as far as the database needs it. */
export interface ReadyBatch {
  readonly name: string;
  readonly id: Buffer;
  readonly records: readonly ReadyRecord[];
  readonly refusals: readonly Refusal[];
}

/** Why something failed, in a text that PostgreSQL can store. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, ERROR_LIMIT).replaceAll('\0', '\\0').toWellFormed();
}

/** Reads a batch. One that was made before `oldestMs` could have been stored and forgotten: all of it is refused. */
export function readyBatch(batch: Batch, oldestMs: number): ReadyBatch {
  const id = batchIdBytes(batch.id);
  const records: ReadyRecord[] = [];
  const refusals: Refusal[] = [];
  const isOld = millisecondsOf(id) < oldestMs;
  for (const record of batch.records) {
    if (isOld) {
      refusals.push({ batch: batch.id, record, error: TOO_OLD });
      continue;
    }
    try {
      records.push(readyRecord(batch.id, record));
    } catch (error) {
      refusals.push({ batch: batch.id, record, error: messageOf(error) });
    }
  }
  return { name: batch.id, id, records, refusals };
}

/** Those batches that were not stored before, in their order; takes their ids. */
export async function takeNewBatches(
  client: PoolClient,
  batches: readonly ReadyBatch[],
): Promise<ReadyBatch[]> {
  const byId = new Map<string, ReadyBatch>();
  for (const batch of batches) {
    const id = batch.id.toString('hex');
    if (!byId.has(id)) byId.set(id, batch);
  }
  const { rows } = await client.query<{ id: string }>(TAKE, [uuids([...byId.values()].map(({ id }) => id))]);
  const fresh = new Set(rows.map(({ id }) => id.replaceAll('-', '')));
  return [...byId].filter(([id]) => fresh.has(id)).map(([, batch]) => batch);
}

/** Keeps records that could not be stored, with the reason. */
export async function setAside(
  client: PoolClient,
  refusals: readonly Refusal[],
  nowMs: number,
): Promise<void> {
  if (refusals.length === 0) return;
  await client.query(SET_ASIDE, [
    uuids(refusals.map(({ batch }) => batchIdBytes(batch))),
    texts(refusals.map(({ record }) => JSON.stringify(record))),
    texts(refusals.map(({ error }) => error)),
    nowMs,
  ]);
}
