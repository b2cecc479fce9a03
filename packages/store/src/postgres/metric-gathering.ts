import type { TimeRange } from '@monitor-server/contract';
import { METRIC_COLUMNS, type MetricRow } from './metric-rows.ts';
import type { Scattered } from './metric-scope.ts';
import type { MetricSource } from './metric-source.ts';
import type { Owners } from './owner-set.ts';
import { isWithin, lengthOf, type Segment } from './segment.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { startsWithin } from './time-range.ts';

/** What looking an owner up in its index costs, and reading a metric of many there, in rows of a scan. */
export const LOOKUP_COST = 12;
const GATHERED_COST = 2;

/** What is looked up of each owner: its first metrics in an order. */
export interface Lookup {
  scope: Scattered;
  range: TimeRange | undefined;
  /** Null for all of them. */
  limit: number | null;
  backwards: boolean;
}

/** SQL for the first ids of each owner in segments, by way of the index of owners. */
export function ownersIds(
  { scope, range, limit, backwards }: Lookup,
  owners: Owners,
  segments: readonly Segment[],
  values: Values,
): string {
  return `SELECT x.id FROM unnest(${values.bind(owners.ids)}::integer[]) AS owner (id) CROSS JOIN LATERAL (
      SELECT m.id FROM metric m
      WHERE m.${scope.by}_id = owner.id AND ${isWithin(segments, values)}
        AND ${scope.ofOwner(values)} AND ${startsWithin(range, values)}
      ORDER BY m.id ${backwards ? 'DESC' : 'ASC'} LIMIT ${values.bind(limit)}) x`;
}

/** Whether so many metrics are better gathered from the index of owners than found by scanning all metrics. */
function isGathered({ scope, segments }: MetricSource<Scattered>, owners: Owners, wanted: number): boolean {
  const { count, first, last } = scope;
  const span = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  const density = count / (last - first + 1);
  const scanned = Math.min(span, wanted / density);
  return owners.length * LOOKUP_COST + span * density * GATHERED_COST < scanned;
}

/** SQL for the ids of scattered metrics in no order, of which so many are wanted. */
async function idsOf(source: MetricSource<Scattered>, wanted: number, values: Values): Promise<string> {
  const { scope, range, segments } = source;
  const owners = await scope.owners();
  if (isGathered(source, owners, wanted)) {
    return ownersIds({ scope, range, limit: null, backwards: false }, owners, segments, values);
  }
  return `SELECT m.id FROM metric m
    WHERE ${isWithin(segments, values)} AND ${scope.condition(values)} AND ${startsWithin(range, values)}`;
}

/** Scattered metrics far from the start or end of their list: all ids before them are read. */
export async function readScatteredFrom(
  snapshot: Snapshot,
  source: MetricSource<Scattered>,
  { limit, offset, backwards }: { limit: number; offset: number; backwards: boolean },
): Promise<MetricRow[]> {
  const values = createValues();
  const order = backwards ? 'DESC' : 'ASC';
  const ids = await idsOf(source, offset + limit, values);
  return snapshot.texts<MetricRow>(
    `SELECT ${METRIC_COLUMNS} FROM metric m JOIN (
       ${ids} ORDER BY 1 ${order} LIMIT ${values.bind(limit)} OFFSET ${values.bind(offset)}
     ) x ON x.id = m.id ORDER BY m.id ${order}`,
    values,
  );
}

/** How many scattered metrics there are, counted one by one. */
export async function countScattered(snapshot: Snapshot, source: MetricSource<Scattered>): Promise<number> {
  const values = createValues();
  const ids = await idsOf(source, Infinity, values);
  return (await snapshot.value<number>(`SELECT count(*) FROM (${ids}) AS counted`, values)) ?? 0;
}
