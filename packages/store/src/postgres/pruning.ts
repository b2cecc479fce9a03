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

async function removeAll(primary: Primary, text: string, parameter: Buffer | number): Promise<void> {
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
