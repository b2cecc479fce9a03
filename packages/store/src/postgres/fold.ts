import type { PoolClient } from 'pg';
import { adoptTests, raiseComponentBlocks } from './component-blocks.ts';
import { readFacts } from './fold-facts.ts';
import { FOLD_LOCK } from './locks.ts';
import { foldOwners } from './owners.ts';
import { foldCounts, foldZones } from './tallies.ts';

const LOCK = `SELECT pg_try_advisory_xact_lock(${FOLD_LOCK}) AS locked`;

const STATE = `SELECT n AS folded, coalesce((SELECT max(id) FROM metric), n) AS newest
  FROM total WHERE name = 'folded'`;

// A clock that was set back, or is another worker's, must not make metrics look older than they are.
const SET_HOUR = `INSERT INTO metric_hour SELECT greatest($1::bigint, max(hour)), $2::bigint FROM metric_hour
  ON CONFLICT (hour) DO UPDATE SET last_metric = excluded.last_metric`;

const HOUR_MS = 3_600_000;

const ADVANCE = `UPDATE total SET n = CASE name WHEN 'metrics' THEN n + $1::bigint ELSE $2::bigint END
  WHERE name IN ('metrics', 'folded')`;

export interface FoldOptions {
  /** Where fewer wait, nothing is done. */
  least: number;
  /** How many are taken in at most, and how many tests are sorted into blocks. */
  most: number;
  /** The time, in milliseconds: the metrics count as stored by then. */
  nowMs: number;
}

/** How many metrics a fold took in, and whether it left any; or that another one runs. */
export type FoldResult = { metrics: number; more: boolean } | 'busy';

/**
 * Takes metrics into the counts, extremes, blocks, pairs and zones that lists and rankings read, in a transaction of its
 * own. All of that follows from the `metric` table, so it may lag behind: `total.folded` is the last metric that is in,
 * and readers look at later ones themselves. Ids become visible in their order, so whatever comes after the last one
 * that is seen here belongs to a later fold.
 */
export async function fold(client: PoolClient, { least, most, nowMs }: FoldOptions): Promise<FoldResult> {
  const { rows: locks } = await client.query<{ locked: boolean }>(LOCK);
  if (locks[0]?.locked !== true) return 'busy';
  // A statement of its own, because the one that locks may not see what was folded right before.
  const { rows: states } = await client.query<{ folded: number; newest: number }>(STATE);
  const { folded: low = 0, newest: high = 0 } = states[0] ?? {};
  const facts = high - low < least ? undefined : await readFacts(client, { low, high }, most);
  // The statements are long: compiling them would take longer than running them.
  await client.query('SET LOCAL jit = off');
  if (facts === undefined) return { metrics: 0, more: await adoptTests(client, most) };
  await foldOwners(client, 'test', facts);
  await raiseComponentBlocks(client, facts.test);
  const more = await adoptTests(client, most);
  await foldOwners(client, 'session', facts);
  await foldCounts(client, 'component', facts);
  await foldCounts(client, 'context', facts);
  await foldZones(client, facts);
  const last = facts.id.at(-1);
  await client.query(ADVANCE, [facts.id.length, last]);
  await client.query(SET_HOUR, [Math.floor(nowMs / HOUR_MS), last]);
  return { metrics: facts.id.length, more: more || facts.id.length === most };
}
