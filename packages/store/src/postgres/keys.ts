import type { PoolClient } from 'pg';
import { byteStrings, doubles } from './arrays.ts';
import type { ReadyMetric, ReadyRecord } from './records.ts';

const DAY_MS = 86_400_000;

/** Keys in order, so that transactions with the same ones never wait for each other in a circle. */
const TAKE = `INSERT INTO metric_key AS kept (key, expires_at, origin)
  SELECT key, to_timestamp(expires_ms / 1000), $3::bigint
  FROM unnest($1::bytea[], $2::double precision[]) AS given (key, expires_ms) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, origin = excluded.origin
    WHERE kept.expires_at <= to_timestamp($3::bigint / 1000.0)
  RETURNING key`;

const KEEP =
  'UPDATE metric_key SET expires_at = NULL WHERE key = ANY ($1::bytea[]) AND expires_at IS NOT NULL';

interface Taken {
  digest: Buffer;
  first: ReadyMetric;
  /** Null for as long as there is the metric. */
  expiresMs: number | null;
}

/** Every key once, with the first metric that has it; one that is to be kept beats those that expire. */
function keysOf(records: readonly ReadyRecord[], nowMs: number): Map<string, Taken> {
  const keys = new Map<string, Taken>();
  for (const record of records) {
    if (record.type !== 'metric' || record.key === undefined) continue;
    const { digest, days } = record.key;
    const name = digest.toString('latin1');
    const known = keys.get(name);
    if (known === undefined) {
      keys.set(name, { digest, first: record, expiresMs: days === undefined ? null : nowMs + days * DAY_MS });
    } else if (days === undefined) {
      known.expiresMs = null;
    }
  }
  return keys;
}

const NOTE = `INSERT INTO key_origin AS noted (id, last_metric) SELECT $1::bigint, max(id) FROM metric
  ON CONFLICT (id) DO UPDATE SET last_metric = excluded.last_metric`;

/** Notes which metrics the keys are of that were taken at a time; right after these, under the lock of the inserts. */
export async function noteOrigin(client: PoolClient, nowMs: number): Promise<void> {
  await client.query(NOTE, [nowMs]);
}

/** The records without those metrics whose key is stored already, or is that of one before; takes the other keys. */
export async function withoutKnownKeys(
  client: PoolClient,
  records: readonly ReadyRecord[],
  nowMs: number,
): Promise<readonly ReadyRecord[]> {
  const keys = keysOf(records, nowMs);
  if (keys.size === 0) return records;
  const all = [...keys.values()];
  const { rows } = await client.query<{ key: Buffer }>(TAKE, [
    byteStrings(all.map(({ digest }) => digest)),
    doubles(all.map(({ expiresMs }) => expiresMs ?? Number.NaN)),
    nowMs,
  ]);
  const fresh = new Set(rows.map(({ key }) => keys.get(key.toString('latin1'))?.first));
  const kept = all.filter(({ first, expiresMs }) => expiresMs === null && !fresh.has(first));
  if (kept.length > 0) await client.query(KEEP, [byteStrings(kept.map(({ digest }) => digest))]);
  return records.filter(
    (record) => record.type !== 'metric' || record.key === undefined || fresh.has(record),
  );
}
