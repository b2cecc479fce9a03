import { createLines } from '../export/lines.ts';
import type { ExportFilter } from '@monitor-server/contract';
import type { ExportQuery } from '../store.ts';
import { foldedUpTo, rangeCondition } from './metric-scope.ts';
import { prefixParameters, startsWith, type Parameters, type Snapshot } from './snapshot.ts';

/** Ids of metrics above `low`, up to `high`. */
export interface Stretch {
  low: number;
  high: number;
}

/**
 * What an export reads, found out once. It is read in many transactions and is of one moment all the same: metrics
 * never change, ids and ordinals are drawn in the order of commits, and nothing after `newest` counts.
 */
export interface ExportPlan {
  readonly query: Pick<ExportQuery, 'format' | 'joined'>;
  /** What stands before the first line. */
  readonly head: string;
  /** The ordinals of the newest session and context: what was posted later still counts as not posted. */
  readonly newest: { readonly session: number; readonly context: number };
  /** Where the metrics lie, in order. */
  readonly stretches: readonly Stretch[];
  /** SQL that holds for the rows of `metric m` that are meant. */
  readonly where: string;
  readonly parameters: Parameters;
  /** The index by which they are found as far as the fold goes, where there is a better way than to scan them all. */
  readonly index?: ExportIndex;
}

interface ExportIndex {
  readonly by: 'test' | 'session' | 'context' | 'component';
  /** SQL for the ids of the tests and so on. */
  readonly owners: string;
  /** How many ids of metrics lie between two that are meant, on average. */
  readonly spread: number;
}

/** A part of a filter: a condition, and an index that has all metrics it holds for. */
interface Limit extends Pick<ExportIndex, 'by' | 'owners'> {
  where: string;
  /** How many metrics the index has, and between which ids, as far as that is known. */
  count: number;
  first: number;
  last: number;
}

type CountRow = [count: number | null, first: number | null, last: number | null];

function countsOf([count, first, last]: CountRow): Pick<Limit, 'count' | 'first' | 'last'> {
  if (count === null || count === 0) return { count: 0, first: 0, last: 0 };
  return { count, first: first ?? 0, last: last ?? Infinity };
}

/** So many times as long as a row in a scan takes one that is found by an index. */
const INDEX_COST = 4;

const ONE_OWNER = {
  session: `SELECT id, metric_count, first_metric, last_metric
    FROM session LEFT JOIN session_stat ON session_id = id WHERE h = @text`,
  context: 'SELECT id, metric_count, NULL, NULL FROM context WHERE h = @text',
  component: 'SELECT id, metric_count, NULL, NULL FROM component WHERE name = @text',
} as const;

/** The metrics of one session, context or component; undefined where there is no such thing. */
function ofOne(
  snapshot: Snapshot,
  by: keyof typeof ONE_OWNER,
  text: string,
  parameters: Parameters,
): Limit | undefined {
  const [row] = snapshot.arrays<[id: number, ...CountRow]>(ONE_OWNER[by], { text });
  if (row === undefined) return undefined;
  const [id, ...counts] = row;
  parameters[by] = id;
  return { by, owners: `(@${by})`, where: `m.${by}_id = @${by}`, ...countsOf(counts) };
}

/** The metrics of the tests or sessions that SQL on their table holds for. */
function ofMany(
  snapshot: Snapshot,
  by: 'test' | 'session',
  conditions: readonly string[],
  parameters: Parameters,
): Limit {
  const condition = conditions.join(' AND ');
  const [row] = snapshot.arrays<CountRow>(
    `SELECT sum(metric_count), min(first_metric), max(last_metric)
     FROM ${by} LEFT JOIN ${by}_stat ON ${by}_id = id WHERE ${condition}`,
    parameters,
  );
  return {
    by,
    owners: `(SELECT id FROM ${by} WHERE ${condition})`,
    // Looked up for each row: a list of all of them would be made anew with every step.
    where: `EXISTS (SELECT 1 FROM ${by} WHERE id = m.${by}_id AND ${condition})`,
    ...countsOf(row ?? [null, null, null]),
  };
}

const TEST_CONDITIONS = {
  item: 'item = @item',
  variant: 'item_variant = @variant',
  kind: 'kind = @kind',
} as const;

/** The limits of a filter, whose parameters are added; undefined where nothing fits one. */
function limitsOf(snapshot: Snapshot, filter: ExportFilter, parameters: Parameters): Limit[] | undefined {
  const limits: (Limit | undefined)[] = [];
  for (const by of ['session', 'context', 'component'] as const) {
    const text = filter[by];
    if (text !== undefined) limits.push(ofOne(snapshot, by, text, parameters));
  }

  const tests: string[] = [];
  for (const name of ['item', 'variant', 'kind'] as const) {
    const text = filter[name];
    if (text === undefined) continue;
    tests.push(TEST_CONDITIONS[name]);
    parameters[name] = text;
  }
  if (tests.length > 0 && parameters['component'] !== undefined) tests.push('component_id = @component');
  if (tests.length > 0) limits.push(ofMany(snapshot, 'test', tests, parameters));

  const { scm, pipeline, build } = filter;
  const sessions: string[] = [];
  if (scm !== undefined) {
    sessions.push(startsWith('scm_ref', 'scm'));
    Object.assign(parameters, prefixParameters('scm', scm));
  }
  if (pipeline !== undefined) {
    sessions.push('pipeline_id = (SELECT id FROM pipeline WHERE name = @pipeline)');
    parameters['pipeline'] = pipeline;
  }
  if (build !== undefined) {
    const builds = snapshot.column<number>('SELECT id FROM build WHERE name = @build', { build });
    sessions.push('build_id IN (SELECT value FROM json_each(@builds))');
    parameters['builds'] = JSON.stringify(builds);
  }
  if (sessions.length > 0) {
    limits.push(ofMany(snapshot, 'session', [...sessions, 'ordinal <= @newestSession'], parameters));
  }
  return limits.every((limit) => limit !== undefined) ? limits : undefined;
}

/** Finds out what an export reads. */
export function planExport(snapshot: Snapshot, { filter, format, joined }: ExportQuery): ExportPlan {
  const newestOf = (table: string, column: string): number =>
    snapshot.value<number>(`SELECT coalesce(max(${column}), 0) FROM ${table}`, {}) ?? 0;
  const newest = { session: newestOf('session', 'ordinal'), context: newestOf('context', 'ordinal') };
  const parameters: Parameters = { newestSession: newest.session };
  const folded = foldedUpTo(snapshot);
  const range = rangeCondition(snapshot, filter.range);
  const limits = limitsOf(snapshot, filter, parameters);
  const plan = { query: { format, joined }, head: createLines(format, joined).head, newest };
  if (limits === undefined) return { ...plan, stretches: [], where: '1', parameters };

  const low = Math.max(0, (range?.firstId ?? 0) - 1, ...limits.map(({ first }) => first - 1));
  const high = Math.min(folded, range?.lastId ?? folded, ...limits.map(({ last }) => last));
  const stretches = [
    { low, high },
    { low: folded, high: newestOf('metric', 'id') },
  ].filter((stretch) => stretch.low < stretch.high);
  const conditions = [...limits.map(({ where }) => where), ...(range === undefined ? [] : [range.sql])];
  const [best] = limits.toSorted((a, b) => a.count - b.count);
  const isIndexed = best !== undefined && best.count * INDEX_COST < high - low;
  return {
    ...plan,
    stretches,
    where: conditions.length === 0 ? '1' : conditions.join(' AND '),
    parameters: { ...parameters, ...range?.parameters },
    ...(isIndexed && {
      index: { by: best.by, owners: best.owners, spread: (high - low) / Math.max(1, best.count) },
    }),
  };
}
