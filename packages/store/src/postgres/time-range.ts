import type { TimeRange } from '@monitor-server/contract';
import type { Segment } from './segment.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';

/** How many metric ids share one zone of start times: `id >> ZONE_BITS` is the zone's number. */
export const ZONE_BITS = 10;

/** SQL that compares the bounds of a range, as far as it has them, with what stands before them. */
function compare(range: TimeRange | undefined, { bind }: Values, since: string, until: string): string {
  const conditions = [
    ...(range?.since === undefined ? [] : [`${since} ${bind(range.since)}`]),
    ...(range?.until === undefined ? [] : [`${until} ${bind(range.until)}`]),
  ];
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/** SQL that holds for rows of `metric m` that start in a range; without one, for all. */
export function startsWithin(range: TimeRange | undefined, values: Values): string {
  return compare(range, values, 'm.start_us >=', 'm.start_us <');
}

/** SQL that holds for zones in which metrics of a range may lie. */
export function mayHave(range: TimeRange, values: Values): string {
  return compare(range, values, 'last_us >=', 'first_us <');
}

/** SQL that holds for zones of which all metrics lie in a range. */
export function hasOnly(range: TimeRange, values: Values): string {
  return compare(range, values, 'first_us >=', 'last_us <');
}

/** The ids up to the fold that metrics of a range can have. */
export async function findRange(snapshot: Snapshot, range: TimeRange): Promise<Segment> {
  const values = createValues();
  const [zones] = await snapshot.rows<[first: number | null, last: number | null]>(
    `SELECT min(zone), max(zone) FROM metric_zone WHERE ${mayHave(range, values)}`,
    values,
  );
  const [first, last] = zones ?? [null, null];
  if (first === null || last === null) return { low: 0, high: 0 };
  const size = 2 ** ZONE_BITS;
  return { low: first * size - 1, high: Math.min(snapshot.folded, (last + 1) * size - 1) };
}
