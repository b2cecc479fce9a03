import { METRIC_COLUMNS, type MetricRow } from './metric-rows.ts';
import type { AllMetrics, OneOwner } from './metric-scope.ts';
import type { MetricSource } from './metric-source.ts';
import { isWithin } from './segment.ts';
import { createValues, type Snapshot } from './snapshot.ts';
import { startsWithin, ZONE_BITS } from './time-range.ts';

// Metrics that an index has side by side, in their order: all of them, or those of one test or session.

type Ordered = AllMetrics | OneOwner;

/** How many metrics a block of level 1 has. */
const BLOCK_SIZE = 64;

interface Rows {
  limit: number;
  offset: number;
  backwards: boolean;
}

/** Rows of segments, in order; those between the segments are read too, to be left out. */
export function readInOrder(
  snapshot: Snapshot,
  { scope, range, segments }: MetricSource<Ordered>,
  { limit, offset, backwards }: Rows,
): Promise<MetricRow[]> {
  const values = createValues();
  const select = `SELECT ${METRIC_COLUMNS} FROM metric m
    WHERE ${isWithin(segments, values)} AND ${startsWithin(range, values)}`;
  const rest = `ORDER BY m.id ${backwards ? 'DESC' : 'ASC'} LIMIT ${values.bind(limit)} OFFSET ${values.bind(offset)}`;
  const text =
    scope.kind === 'all'
      ? `${select} ${rest}`
      : // An owner that the planner does not know, or it might look for a frequent one's metrics among all.
        `SELECT m.* FROM (SELECT ${values.bind(scope.id)}::integer AS id OFFSET 0) AS owner
         CROSS JOIN LATERAL (${select} AND m.${scope.by}_id = owner.id ${rest}) m`;
  return snapshot.texts<MetricRow>(text, values);
}

/** Where a list may as well be read from, by leaving fewer rows out. */
interface Landing {
  low: number;
  /** How many rows of the list are before it. */
  before: number;
}

/** The last landing before so many rows: zones count all metrics, blocks those of an owner. */
async function landingOf(snapshot: Snapshot, scope: Ordered, offset: number): Promise<Landing> {
  const values = createValues();
  const text =
    scope.kind === 'all'
      ? `SELECT (zone << ${ZONE_BITS}) - 1, before FROM (
           SELECT zone, (sum(metric_count) OVER (ORDER BY zone) - metric_count)::bigint AS before
           FROM metric_zone) AS counted
         WHERE before <= ${values.bind(offset)} ORDER BY zone DESC LIMIT 1`
      : `SELECT first_metric - 1, greatest(0, number::bigint * ${BLOCK_SIZE} - removed)
         FROM (SELECT removed FROM ${scope.by}_stat WHERE ${scope.by}_id = ${values.bind(scope.id)}) AS stat
         CROSS JOIN LATERAL (
           SELECT number, first_metric FROM ${scope.by}_block
           WHERE ${scope.by}_id = ${values.bind(scope.id)} AND level = 1
             AND number <= (${values.bind(offset)} + removed) / ${BLOCK_SIZE}
           ORDER BY number DESC LIMIT 1) AS block`;
  const [row] = await snapshot.rows<[low: number, before: number]>(text, values);
  const [low, before] = row ?? [0, 0];
  return { low, before };
}

/** Rows from anywhere in a list that is not under a time range, forwards, without reading those before. */
export async function readFrom(
  snapshot: Snapshot,
  scope: Ordered,
  offset: number,
  limit: number,
): Promise<MetricRow[]> {
  const { low, before } = await landingOf(snapshot, scope, offset);
  const source = { scope, range: undefined, segments: [{ low, high: snapshot.newest }] };
  return readInOrder(snapshot, source, { limit, offset: offset - before, backwards: false });
}
