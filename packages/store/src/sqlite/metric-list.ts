import type { ListPage, MetricFilter, PageRequest } from '../store.ts';
import { METRIC_COLUMNS, type MetricRow, type MetricRows } from './metric-rows.ts';
import {
  conditionOf,
  foldedCount,
  foldedUpTo,
  parametersOf,
  rangeCondition,
  scopeOf,
  type RangeCondition,
  type Scope,
} from './metric-scope.ts';
import { listRows } from './page.ts';
import type { Snapshot } from './snapshot.ts';

/** What reading a row costs when it is looked up in the index of its owner, of many scanned for, in the same unit. */
const GATHER_COST = 1;
const OWNER_COST = 10;
const SCAN_COST = 6;

/**
 * Whether a page of many owners' metrics is better read by gathering all of theirs from the index and sorting them
 * than by scanning metrics until the page is full. The less dense they are, the more a scan reads.
 */
function isGathered({ owners, count, first, last }: Extract<Scope, { kind: 'many' }>, size: number): boolean {
  const scanned = Math.min(1, size / Math.max(1, count)) * (last - first + 1);
  return count * GATHER_COST + owners * OWNER_COST < scanned * SCAN_COST;
}

/** Ids up to the fold, of a scope, between @lowest and @highest. */
function foldedIds(scope: Scope, range: RangeCondition | undefined, size: number): string {
  const inRange = range === undefined ? '' : ` AND ${range.sql}`;
  const bounds = (id: string): string => `${id} > @lowest AND ${id} <= @highest${inRange}`;
  if (scope.kind === 'all') return `SELECT m.id FROM metric m WHERE ${bounds('m.id')}`;
  const { by } = scope;
  const index = `${by}_metric x${range === undefined ? '' : ' JOIN metric m ON m.id = x.metric_id'}`;
  if (scope.kind === 'one')
    return `SELECT x.metric_id FROM ${index} WHERE x.${by}_id = @id AND ${bounds('x.metric_id')}`;
  if (isGathered(scope, size)) {
    const chosen = `SELECT id FROM ${by} WHERE ${scope.where}`;
    return `SELECT x.metric_id FROM ${index} WHERE x.${by}_id IN (${chosen}) AND ${bounds('x.metric_id')}`;
  }
  return `SELECT m.id FROM metric m
    WHERE m.id BETWEEN ${scope.first} AND ${scope.last} AND ${bounds('m.id')} AND ${conditionOf(scope)}`;
}

/** The ids of metrics in a scope: those up to the fold by way of the indexes, later ones one by one. */
function idsOf(scope: Scope, range: RangeCondition | undefined, size: number): string {
  const later = `SELECT m.id FROM metric m WHERE m.id > max(@folded, @after) AND ${conditionOf(scope)}`;
  return `${foldedIds(scope, range, size)} UNION ALL ${later}${range === undefined ? '' : ` AND ${range.sql}`}`;
}

function countAll(snapshot: Snapshot, scope: Scope, folded: number): number {
  const sql = `SELECT count(*) FROM metric m WHERE m.id > @folded AND ${conditionOf(scope)}`;
  return (
    foldedCount(snapshot, scope) + (snapshot.value<number>(sql, { ...parametersOf(scope), folded }) ?? 0)
  );
}

function boundsOf(folded: number, after: number, range: RangeCondition | undefined) {
  const { firstId = 0, lastId = folded } = (range?.parameters ?? {}) as { firstId?: number; lastId?: number };
  return { folded, after, lowest: Math.max(after, firstId - 1), highest: Math.min(folded, lastId) };
}

/** Counts metrics: from counters, or one by one under a time range. */
export function countMetrics(snapshot: Snapshot, filter: MetricFilter): number {
  const scope = scopeOf(snapshot, filter);
  if (scope === undefined) return 0;
  const folded = foldedUpTo(snapshot);
  const range = rangeCondition(snapshot, filter.range);
  if (range === undefined) return countAll(snapshot, scope, folded);
  const parameters = { ...parametersOf(scope), ...range.parameters, ...boundsOf(folded, 0, range) };
  return snapshot.value<number>(`SELECT count(*) FROM (${idsOf(scope, range, Infinity)})`, parameters) ?? 0;
}

/** A page of metrics, in order of storing. */
export function listMetrics(
  snapshot: Snapshot,
  rows: MetricRows,
  filter: MetricFilter,
  page: PageRequest,
): ListPage | undefined {
  const folded = foldedUpTo(snapshot);
  const range = rangeCondition(snapshot, filter.range);
  const scope = scopeOf(snapshot, filter);
  const total = scope === undefined ? 0 : countAll(snapshot, scope, folded);
  return listRows<MetricRow>(
    {
      total: range === undefined ? total : undefined,
      read({ after, offset, limit, backwards }) {
        if (scope === undefined) return [];
        const order = backwards ? 'DESC' : 'ASC';
        const ids = `${idsOf(scope, range, limit + offset)} ORDER BY 1 ${order} LIMIT @limit OFFSET @offset`;
        return snapshot.arrays<MetricRow>(
          `SELECT ${METRIC_COLUMNS} FROM metric WHERE id IN (${ids}) ORDER BY id ${order}`,
          { ...parametersOf(scope), ...range?.parameters, ...boundsOf(folded, after, range), limit, offset },
        );
      },
      positionOf: ([id]) => id,
      serialise: rows.serialise,
    },
    page,
  );
}
