import type { PoolClient } from 'pg';
import { removeFromComponentBlocks } from './component-blocks.ts';
import { readFacts } from './fold-facts.ts';
import { FOLD_LOCK, RETENTION_LOCK } from './locks.ts';
import { removeFromOwners } from './owner-removal.ts';
import { removeFromCounts, removeFromZones } from './tally-removal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const LOCK = `SELECT pg_try_advisory_xact_lock(${RETENTION_LOCK}) AS locked`;

/** What folds change is changed here too. */
const FOLD = `SELECT pg_advisory_xact_lock(${FOLD_LOCK})`;

const STATE = `SELECT (SELECT n FROM total WHERE name = 'removed') AS removed,
  (SELECT n FROM total WHERE name = 'folded') AS folded,
  (SELECT max(last_metric) FROM metric_hour WHERE hour < $1) AS expired`;

const REMOVE = 'DELETE FROM metric WHERE id > $1 AND id <= $2';

const FORGET_HOURS = 'DELETE FROM metric_hour WHERE last_metric <= $1';

const ADVANCE = `UPDATE total SET n = CASE name WHEN 'metrics' THEN n - $1::bigint ELSE $2::bigint END
  WHERE name IN ('metrics', 'removed')`;

export interface RemovalOptions {
  /** How long metrics are kept from when they were stored. */
  days: number;
  /** How many are removed at most. */
  most: number;
  /** The time, in milliseconds. */
  nowMs: number;
}

/** How many metrics were removed, and whether others are too old too; or that somebody else removes some. */
export type RemovalResult = { metrics: number; more: boolean } | 'busy';

interface State {
  removed: number;
  folded: number;
  expired: number | null;
}

/**
 * Removes the oldest of the metrics that were stored more than some days ago, from the facts and from everything that the
 * fold has made of them, in a transaction of its own. Inserts do not wait for it. Tests, sessions, contexts and components
 * stay.
 */
export async function removeExpired(
  client: PoolClient,
  { days, most, nowMs }: RemovalOptions,
): Promise<RemovalResult> {
  const { rows: locks } = await client.query<{ locked: boolean }>(LOCK);
  if (locks[0]?.locked !== true) return 'busy';
  await client.query(FOLD);
  const { rows: states } = await client.query<State>(STATE, [Math.floor((nowMs - days * DAY_MS) / HOUR_MS)]);
  const { removed: low = 0, folded = 0, expired = null } = states[0] ?? {};
  if (expired === null || expired <= low) return { metrics: 0, more: false };
  await client.query('SET LOCAL jit = off');
  const facts = await readFacts(client, { low, high: expired }, most);
  const isLast = facts === undefined || facts.id.length < most;
  const last = isLast ? expired : (facts.id.at(-1) as number);
  if (facts !== undefined) {
    const left = { low: last, high: folded };
    await client.query(REMOVE, [low, last]);
    await removeFromOwners(client, 'test', facts, left);
    await removeFromComponentBlocks(client, last);
    await removeFromOwners(client, 'session', facts, left);
    await removeFromCounts(client, 'component', facts, left);
    await removeFromCounts(client, 'context', facts, left);
    await removeFromZones(client, left);
  }
  await client.query(ADVANCE, [facts?.id.length ?? 0, last]);
  await client.query(FORGET_HOURS, [last]);
  return { metrics: facts?.id.length ?? 0, more: last < expired };
}
