import { batchIdAt } from '../batch-id.ts';
import { uuids } from './arrays.ts';
import type { Primary } from './primary.ts';

/** So many rows are removed in one transaction, so that none takes long. */
const STEP = 5_000;

const IDS = `DELETE FROM ingested_batch WHERE id IN (
  SELECT id FROM ingested_batch WHERE id < ALL ($1::uuid[]) ORDER BY id LIMIT ${STEP} FOR UPDATE SKIP LOCKED)`;

const KEYS = `DELETE FROM metric_key WHERE key IN (
  SELECT key FROM metric_key WHERE expires_at <= to_timestamp($1::double precision / 1000)
  ORDER BY key LIMIT ${STEP} FOR UPDATE SKIP LOCKED)`;

const ORIGINS = 'SELECT id FROM key_origin WHERE last_metric <= $1 ORDER BY id LIMIT 100';

const KEYS_OF_ORIGINS = `DELETE FROM metric_key WHERE key IN (
  SELECT key FROM metric_key WHERE origin = ANY ($1::bigint[]) LIMIT ${STEP} FOR UPDATE SKIP LOCKED)`;

const FORGET_ORIGINS = `DELETE FROM key_origin WHERE id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT FROM metric_key WHERE origin = key_origin.id)`;

async function removeAll(primary: Primary, text: string, parameter: unknown): Promise<void> {
  for (;;) {
    const { rowCount } = await primary.transact((client) => client.query(text, [parameter]));
    if (rowCount !== STEP) return;
  }
}

/** Removes the ids of batches that were made before `oldestMs`, and keys that expired, in small steps. */
export async function prune(primary: Primary, oldestMs: number, nowMs: number): Promise<void> {
  await removeAll(primary, IDS, uuids([batchIdAt(oldestMs)]));
  await removeAll(primary, KEYS, nowMs);
}

/** Removes the keys of metrics up to one, which were removed, in small steps. */
export async function pruneKeys(primary: Primary, removed: number): Promise<void> {
  for (;;) {
    const origins = (await primary.query<{ id: number }>(ORIGINS, [removed])).map(({ id }) => id);
    if (origins.length === 0) return;
    await removeAll(primary, KEYS_OF_ORIGINS, origins);
    const { rowCount } = await primary.transact((client) => client.query(FORGET_ORIGINS, [origins]));
    // Keys that somebody holds at the moment wait for the next time.
    if (rowCount !== origins.length) return;
  }
}
