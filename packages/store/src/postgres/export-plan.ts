import type { ExportFilter } from '@monitor-server/contract';
import { digest } from '../digest.ts';
import { chooseOwners, isAmong } from './owner-set.ts';
import { cut, isWithin, lengthOf, type Segment } from './segment.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { equals, startsWith } from './text-condition.ts';
import { findRange, startsWithin } from './time-range.ts';

/**
 * What an export reads, found out once. It is read in several transactions, maybe on several servers, and is of one moment
 * all the same: metrics never change, ids and ordinals are drawn in the order of commits, and nothing later counts.
 */
export interface ExportPlan {
  /** How far a server must have replayed the log to be read from. */
  readonly position: number;
  /** The ordinals of the newest session and context: what was posted later still counts as not posted. */
  readonly newest: { readonly session: number; readonly context: number };
  /** Which ids the metrics can have, in order; each is read by one statement. */
  segmentsAfter(after: number): Iterable<Segment>;
  /** SQL that holds for the rows of `metric m` that are meant, among those of a segment. */
  condition(segment: Segment, values: Values): string;
}

/** A part of a filter. */
interface Limit {
  /** SQL that holds for its rows of `metric m`. */
  holds(values: Values): string;
  /** SQL that holds for those up to the fold, and that an index is made for. */
  indexed(values: Values): string;
  /** How many there are up to the fold, and the first and last of these; 0 where there are none. */
  count: number;
  first: number;
  last: number;
}

type NumbersRow = [id: number, count: number | null, first: number | null, last: number | null];

/** So many times as long as a row in a scan takes one that is found by an index. */
const INDEX_COST = 4;

/** How many rows a statement should find: they are in memory at once. */
const SEGMENT_ROWS = 2_048;

/** SQL for the ids of the owners that an index has the metrics of a component or context under. */
const OWNERS = {
  session: undefined,
  context: { by: 'session', ids: 'SELECT session_id FROM session_context WHERE context_id =' },
  component: { by: 'test', ids: 'SELECT id FROM test WHERE component_id =' },
} as const;

/** The metrics of one session, context or component; undefined where there is no such thing. */
async function ofOne(
  snapshot: Snapshot,
  by: 'session' | 'context' | 'component',
  text: string,
): Promise<Limit | undefined> {
  const asked = createValues();
  const [row] = await snapshot.rows<NumbersRow>(
    `SELECT id, metric_count, first_metric, last_metric FROM ${by} LEFT JOIN ${by}_stat ON ${by}_id = id
     WHERE key = ${asked.bind(digest(text))}`,
    asked,
  );
  if (row === undefined) return undefined;
  const [id, count, first, last] = row;
  const owners = OWNERS[by];
  const holds = ({ bind }: Values): string => `m.${by}_id = ${bind(id)}`;
  return {
    holds,
    indexed:
      owners === undefined
        ? holds
        : (values) => `m.${owners.by}_id IN (${owners.ids} ${values.bind(id)}) AND ${holds(values)}`,
    count: count ?? 0,
    first: first ?? 0,
    last: last ?? 0,
  };
}

/** The metrics of the tests or sessions that SQL on their table holds for. */
async function ofMany(
  snapshot: Snapshot,
  by: 'test' | 'session',
  where: (values: Values) => string,
): Promise<Limit> {
  const { ids, count, first, last } = await chooseOwners(snapshot, { by, where });
  return {
    holds: (values) => isAmong(`m.${by}_id`, ids, values),
    indexed: ({ bind }) => `m.${by}_id = ANY (${bind(ids)}::integer[])`,
    count,
    first,
    last,
  };
}

function testLimit(snapshot: Snapshot, { item, variant, kind, component }: ExportFilter): Promise<Limit> {
  return ofMany(snapshot, 'test', (values) =>
    [
      item === undefined ? [] : equals('item', item, values),
      variant === undefined ? [] : equals('item_variant', variant, values),
      kind === undefined ? [] : equals('kind', kind, values),
      component === undefined
        ? []
        : `component_id = (SELECT id FROM component WHERE key = ${values.bind(digest(component))})`,
    ]
      .flat()
      .join(' AND '),
  );
}

function sessionLimit(snapshot: Snapshot, { scm, pipeline, build }: ExportFilter): Promise<Limit> {
  return ofMany(snapshot, 'session', (values) =>
    [
      `ordinal <= ${values.bind(snapshot.totals.sessions)}`,
      scm === undefined ? [] : startsWith('scm_ref', scm, values),
      pipeline === undefined
        ? []
        : `pipeline_id = (SELECT id FROM pipeline WHERE key = ${values.bind(digest(pipeline))})`,
      build === undefined
        ? []
        : `build_id IN (SELECT id FROM build WHERE key = ${values.bind(digest(build))})`,
    ]
      .flat()
      .join(' AND '),
  );
}

async function limitsOf(snapshot: Snapshot, filter: ExportFilter): Promise<(Limit | undefined)[]> {
  const { session, context, component, item, variant, kind, scm, pipeline, build } = filter;
  const given = (...texts: (string | undefined)[]): boolean => texts.some((text) => text !== undefined);
  return Promise.all([
    ...(session === undefined ? [] : [ofOne(snapshot, 'session', session)]),
    ...(context === undefined ? [] : [ofOne(snapshot, 'context', context)]),
    ...(component === undefined ? [] : [ofOne(snapshot, 'component', component)]),
    ...(given(item, variant, kind) ? [testLimit(snapshot, filter)] : []),
    ...(given(scm, pipeline, build) ? [sessionLimit(snapshot, filter)] : []),
  ]);
}

/** A segment in pieces of so many ids. */
function* pieces({ low, high }: Segment, length: number): Generator<Segment> {
  for (let start = low; start < high; start += length)
    yield { low: start, high: Math.min(high, start + length) };
}

/** Finds out what an export reads. */
export async function planExport(snapshot: Snapshot, filter: ExportFilter): Promise<ExportPlan> {
  const { removed, folded, newest, position, totals } = snapshot;
  const plan = { position, newest: { session: totals.sessions, context: totals.contexts } };
  const [found, range] = await Promise.all([
    limitsOf(snapshot, filter),
    filter.range === undefined ? { low: removed, high: folded } : findRange(snapshot, filter.range),
  ]);
  const limits = found.filter((limit) => limit !== undefined);
  if (limits.length < found.length) return { ...plan, segmentsAfter: () => [], condition: () => 'false' };

  const known = limits.reduce((rest, { first, last }) => cut(rest, { low: first - 1, high: last }), range);
  const [best] = limits.toSorted((a, b) => a.count - b.count);
  const index =
    best !== undefined && best.count * INDEX_COST < lengthOf(known)
      ? { limit: best, spread: lengthOf(known) / Math.max(1, best.count) }
      : undefined;

  return {
    ...plan,
    *segmentsAfter(after) {
      const rest = { low: after, high: Infinity };
      const later = cut({ low: folded, high: newest }, rest);
      const length = Math.ceil(SEGMENT_ROWS * (index?.spread ?? 1));
      yield* pieces(cut(known, rest), length);
      yield* pieces(later, SEGMENT_ROWS);
    },
    condition(segment, values) {
      const isIndexed = (limit: Limit): boolean => limit === index?.limit && segment.high <= folded;
      return [
        isWithin([segment], values),
        ...limits.map((limit) => (isIndexed(limit) ? limit.indexed(values) : limit.holds(values))),
        startsWithin(filter.range, values),
      ].join(' AND ');
    },
  };
}
