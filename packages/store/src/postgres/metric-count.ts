import type { TimeRange } from '@monitor-server/contract';
import type { MetricFilter } from '../store.ts';
import { countScattered } from './metric-gathering.ts';
import { conditionOf, scopeOf, type OneOwner, type Scope } from './metric-scope.ts';
import { sourceOf, type MetricSource } from './metric-source.ts';
import type { OwnerSets } from './owner-sets.ts';
import { isWithin } from './segment.ts';
import { createValues, type Snapshot } from './snapshot.ts';
import { hasOnly, mayHave, startsWithin, ZONE_BITS } from './time-range.ts';

/** How many metrics of a scope are counted already, and up to which. */
async function countedOf(snapshot: Snapshot, scope: Scope): Promise<{ count: number; upTo: number }> {
  const { folded: upTo, totals } = snapshot;
  if (scope.kind === 'scattered') return scope;
  if (scope.kind === 'all') return { count: totals.metrics, upTo };
  const values = createValues();
  const text = `SELECT metric_count FROM ${scope.by}_stat WHERE ${scope.by}_id = ${values.bind(scope.id)}`;
  return { count: (await snapshot.value<number>(text, values)) ?? 0, upTo };
}

/** How many metrics are in a scope: later ones than are counted are counted one by one. */
export async function countInScope(snapshot: Snapshot, scope: Scope): Promise<number> {
  const { newest } = snapshot;
  const { count, upTo } = await countedOf(snapshot, scope);
  if (newest <= upTo) return count;
  const values = createValues();
  const text = `SELECT count(*) FROM metric m
    WHERE ${isWithin([{ low: upTo, high: newest }], values)} AND ${conditionOf(scope, values)}`;
  return count + ((await snapshot.value<number>(text, values)) ?? 0);
}

/** All metrics of a range: whole zones by their counters, the others one by one. */
async function countAllWithin(snapshot: Snapshot, range: TimeRange): Promise<number> {
  const values = createValues();
  const lastFolded = values.bind(snapshot.folded);
  const text = `WITH
    touched AS (
      SELECT zone, metric_count, ${hasOnly(range, values)} AS whole FROM metric_zone WHERE ${mayHave(range, values)})
    SELECT (SELECT coalesce(sum(metric_count), 0) FROM touched WHERE whole)::bigint
      + (SELECT coalesce(sum(n), 0) FROM touched CROSS JOIN LATERAL (
           SELECT count(*) AS n FROM metric m
           WHERE m.id BETWEEN zone << ${ZONE_BITS} AND ((zone + 1) << ${ZONE_BITS}) - 1
             AND m.id <= ${lastFolded} AND ${startsWithin(range, values)}) AS counted
         WHERE NOT whole)::bigint
      + (SELECT count(*) FROM metric m WHERE m.id > ${lastFolded} AND ${startsWithin(range, values)})`;
  return (await snapshot.value<number>(text, values)) ?? 0;
}

async function countOwn(
  snapshot: Snapshot,
  { scope, range, segments }: MetricSource<OneOwner>,
): Promise<number> {
  const values = createValues();
  const text = `SELECT count(*) FROM metric m WHERE ${isWithin(segments, values)}
    AND ${conditionOf(scope, values)} AND ${startsWithin(range, values)}`;
  return (await snapshot.value<number>(text, values)) ?? 0;
}

async function countWithin(snapshot: Snapshot, scope: Scope, range: TimeRange): Promise<number> {
  const { segments } = await sourceOf(snapshot, scope, range);
  if (segments.length === 0) return 0;
  if (scope.kind === 'all') return countAllWithin(snapshot, range);
  if (scope.kind === 'one') return countOwn(snapshot, { scope, range, segments });
  return countScattered(snapshot, { scope, range, segments });
}

/** Counts metrics: from counters, or one by one under a time range. */
export async function countMetrics(
  snapshot: Snapshot,
  sets: OwnerSets,
  filter: MetricFilter,
): Promise<number> {
  const scope = await scopeOf(snapshot, sets, filter);
  if (scope === undefined) return 0;
  return filter.range === undefined
    ? countInScope(snapshot, scope)
    : countWithin(snapshot, scope, filter.range);
}
