import type { PoolClient } from 'pg';
import { bigints, doubles, integers, texts } from './arrays.ts';
import type { References, Resolve } from './dimensions.ts';
import { noteOrigin, withoutKnownKeys } from './keys.ts';
import { INSERT_LOCK } from './locks.ts';
import { fillIn } from './posts.ts';
import type { ReadyMetric, ReadyRecord } from './records.ts';

const INSERT = `INSERT INTO metric (start_us, total_time, user_time, kernel_time, cpu_usage, mem_usage,
    test_id, session_id, context_id, component_id, start_text)
  SELECT * FROM unnest($1::bigint[], $2::double precision[], $3::double precision[], $4::double precision[],
    $5::double precision[], $6::double precision[], $7::integer[], $8::integer[], $9::integer[], $10::integer[],
    $11::text[])`;

async function insertMetrics(
  client: PoolClient,
  metrics: readonly ReadyMetric[],
  refs: References,
): Promise<void> {
  const hasTexts = metrics.some(({ startText }) => startText !== null);
  await client.query(INSERT, [
    bigints(metrics.map(({ micros }) => micros)),
    doubles(metrics.map(({ value }) => value.total_time)),
    doubles(metrics.map(({ value }) => value.user_time)),
    doubles(metrics.map(({ value }) => value.kernel_time)),
    doubles(metrics.map(({ value }) => value.cpu_usage)),
    doubles(metrics.map(({ value }) => value.mem_usage)),
    integers(metrics.map(({ test }) => refs.of('test', test))),
    integers(metrics.map(({ value }) => refs.of('session', value.session_h))),
    integers(metrics.map(({ value }) => refs.of('context', value.context_h))),
    integers(metrics.map(({ value }) => refs.of('component', value.component))),
    hasTexts ? texts(metrics.map(({ startText }) => startText)) : null,
  ]);
}

/** What a transaction stored. */
export interface Stored {
  metrics: number;
  /** After the commit: remembers the ids of what was made. */
  keep(): void;
}

/**
 * Stores records, in order, within a transaction that should do little else after it: it ends with the lock that all
 * inserts of metrics take, which is held to the commit, so that ids become visible in their order.
 */
export async function storeFacts(
  client: PoolClient,
  resolve: Resolve,
  records: readonly ReadyRecord[],
  nowMs: number,
): Promise<Stored> {
  const fresh = await withoutKnownKeys(client, records, nowMs);
  if (fresh.length === 0) return { metrics: 0, keep: () => undefined };
  const refs = await resolve(fresh);
  await client.query(`SELECT pg_advisory_xact_lock(${INSERT_LOCK})`);
  await fillIn(client, fresh, refs);
  const metrics = fresh.filter((record) => record.type === 'metric');
  if (metrics.length > 0) await insertMetrics(client, metrics, refs);
  if (metrics.some(({ key }) => key !== undefined)) await noteOrigin(client, nowMs);
  return { metrics: metrics.length, keep: refs.keep };
}
