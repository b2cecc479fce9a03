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

/** Between which ids a list is read, @lowest excluded; up to the fold, what is later is read one by one. */
interface Bounds {
  folded: number;
  after: number;
  lowest: number;
  highest: number;
}

function boundsOf(scope: Scope, folded: number, after: number, range: RangeCondition | undefined): Bounds {
  const { firstId = 0, lastId = folded } = range ?? {};
  const { first = 0, last = folded } = scope.kind === 'many' ? scope : {};
  return {
    folded,
    after,
    lowest: Math.max(after, firstId - 1, first - 1),
    highest: Math.min(folded, lastId, last),
  };
}

/**
 * Whether `wanted` metrics of many owners are better read by gathering all of theirs from the index and sorting
 * them than by scanning metrics until there are enough. The less dense they are, the more a scan reads; how many
 * of them lie in a time range is not known, so there it may have to read everything.
 */
function isGathered(
  { owners, count, first, last }: Extract<Scope, { kind: 'many' }>,
  { lowest, highest }: Bounds,
  wanted: number,
  ranged: boolean,
): boolean {
  const length = last - first + 1;
  const span = Math.max(0, highest - lowest);
  const gathered = count * Math.min(1, span / length);
  const scanned = ranged ? span : Math.min(span, (wanted / Math.max(1, count)) * length);
  return gathered * GATHER_COST * (ranged ? SCAN_COST : 1) + owners * OWNER_COST < scanned * SCAN_COST;
}

/** Ids up to the fold, of a scope, between @lowest and @highest. */
function foldedIds(scope: Scope, bounds: Bounds, wanted: number, range: RangeCondition | undefined): string {
  const inRange = range === undefined ? '' : ` AND ${range.sql}`;
  const bounded = (id: string): string => `${id} > @lowest AND ${id} <= @highest${inRange}`;
  if (scope.kind === 'all') return `SELECT m.id FROM metric m WHERE ${bounded('m.id')}`;
  const { by } = scope;
  const index = `${by}_metric x${range === undefined ? '' : ' JOIN metric m ON m.id = x.metric_id'}`;
  if (scope.kind === 'one')
    return `SELECT x.metric_id FROM ${index} WHERE x.${by}_id = @id AND ${bounded('x.metric_id')}`;
  if (isGathered(scope, bounds, wanted, range !== undefined)) {
    const chosen = `SELECT id FROM ${by} WHERE ${scope.where}`;
    return `SELECT x.metric_id FROM ${index} WHERE x.${by}_id IN (${chosen}) AND ${bounded('x.metric_id')}`;
  }
  return `SELECT m.id FROM metric m WHERE ${bounded('m.id')} AND ${conditionOf(scope)}`;
}

/** The ids of metrics in a scope: those up to the fold by way of the indexes, later ones one by one. */
function idsOf(scope: Scope, bounds: Bounds, wanted: number, range: RangeCondition | undefined): string {
  const later = `SELECT m.id FROM metric m WHERE m.id > max(@folded, @after) AND ${conditionOf(scope)}`;
  return `${foldedIds(scope, bounds, wanted, range)} UNION ALL ${later}${range === undefined ? '' : ` AND ${range.sql}`}`;
}

function countAll(snapshot: Snapshot, scope: Scope, folded: number): number {
  const sql = `SELECT count(*) FROM metric m WHERE m.id > @folded AND ${conditionOf(scope)}`;
  return (
    foldedCount(snapshot, scope) + (snapshot.value<number>(sql, { ...parametersOf(scope), folded }) ?? 0)
  );
}

/** Counts metrics: from counters, or one by one under a time range. */
export function countMetrics(snapshot: Snapshot, filter: MetricFilter): number {
  const scope = scopeOf(snapshot, filter);
  if (scope === undefined) return 0;
  const folded = foldedUpTo(snapshot);
  const range = rangeCondition(snapshot, filter.range);
  if (range === undefined) return countAll(snapshot, scope, folded);
  const bounds = boundsOf(scope, folded, 0, range);
  const parameters = { ...parametersOf(scope), ...range.parameters, ...bounds };
  return (
    snapshot.value<number>(`SELECT count(*) FROM (${idsOf(scope, bounds, Infinity, range)})`, parameters) ?? 0
  );
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
  const count = (): number => (scope === undefined ? 0 : countAll(snapshot, scope, folded));
  return listRows<MetricRow>(
    {
      total: range === undefined ? count() : undefined,
      read({ after, offset, limit, backwards }) {
        if (scope === undefined) return [];
        const order = backwards ? 'DESC' : 'ASC';
        const bounds = boundsOf(scope, folded, after, range);
        const ids = `${idsOf(scope, bounds, limit + offset, range)} ORDER BY 1 ${order} LIMIT @limit OFFSET @offset`;
        return snapshot.arrays<MetricRow>(
          `SELECT ${METRIC_COLUMNS} FROM metric WHERE id IN (${ids}) ORDER BY id ${order}`,
          { ...parametersOf(scope), ...range?.parameters, ...bounds, limit, offset },
        );
      },
      positionOf: ([id]) => id,
      serialise: rows.serialise,
    },
    page,
  );
}
