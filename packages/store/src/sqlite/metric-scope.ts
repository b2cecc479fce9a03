import type { TimeRange } from '@monitor-server/contract';
import type { MetricFilter } from '../store.ts';
import { prefixParameters, startsWith, type Parameters, type Snapshot } from './snapshot.ts';
import { ZONE_BITS } from './zone.ts';

/** Which metrics a list is made of, resolved to ids. */
export type Scope = { kind: 'all' } | OneOwner | ManyOwners;

interface OneOwner {
  kind: 'one';
  by: 'test' | 'session' | 'context' | 'component';
  id: number;
}

/** Metrics of several tests or sessions. */
interface ManyOwners {
  kind: 'many';
  by: 'test' | 'session';
  /** SQL that chooses them from the table `by`. */
  where: string;
  parameters: Parameters;
  owners: number;
  /** How many metrics they have up to the fold, and the first and last of these. */
  count: number;
  first: number;
  last: number;
}

/** Conditions on `test` that a text is bound to. */
const EXACT = {
  item: 'item = @item',
  variant: 'item_variant = @variant',
  kind: 'kind = @kind',
  component: 'component_id = (SELECT id FROM component WHERE name = @component)',
} as const;

/** The columns that are searched for a part. */
const SEARCHED = { itemLike: 'item', variantLike: 'item_variant' } as const;

/** LIKE takes half the time of a search in lower case, but refuses patterns of more than 50,000 bytes. */
const LIKE_LIMIT = 10_000;

/** LIKE and `lower` take ASCII letters alone for equal in both cases, as the wire contract has it. */
function partCondition(column: string, name: string, part: string): { sql: string; bound: string } {
  // U+0000 would end a pattern.
  if (part.length > LIKE_LIMIT || part.includes('\0')) {
    return { sql: `instr(lower(${column}), lower(@${name})) > 0`, bound: part };
  }
  const bound = `%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return { sql: `${column} LIKE @${name} ESCAPE '\\'`, bound };
}

function single(
  snapshot: Snapshot,
  by: 'session' | 'context' | 'component',
  sql: string,
  text: string,
): Scope | undefined {
  const id = snapshot.value<number>(sql, { text });
  return id === undefined ? undefined : { kind: 'one', by, id };
}

type OwnersRow = [
  owners: number,
  id: number,
  count: number | null,
  first: number | null,
  last: number | null,
];

function manyScope(
  snapshot: Snapshot,
  by: 'test' | 'session',
  where: string,
  parameters: Parameters,
): Scope | undefined {
  const [row] = snapshot.arrays<OwnersRow>(
    `SELECT count(*), min(id), sum(metric_count), min(first_metric), max(last_metric)
     FROM ${by} LEFT JOIN ${by}_stat ON ${by}_id = id WHERE ${where}`,
    parameters,
  );
  const [owners, id, count, first, last] = row ?? [0, 0, 0, 0, 0];
  if (owners === 0) return undefined;
  if (owners === 1) return { kind: 'one', by, id };
  if (owners === snapshot.value<number>(`SELECT count(*) FROM ${by}`, {})) return { kind: 'all' };
  return {
    kind: 'many',
    by,
    where,
    parameters,
    owners,
    count: count ?? 0,
    first: first ?? 0,
    last: last ?? 0,
  };
}

function testScope(snapshot: Snapshot, filter: MetricFilter): Scope | undefined {
  const conditions: string[] = [];
  const parameters: Parameters = {};
  for (const [name, condition] of Object.entries(EXACT)) {
    const text = filter[name as keyof typeof EXACT];
    if (text === undefined) continue;
    conditions.push(condition);
    parameters[name] = text;
  }
  for (const [name, column] of Object.entries(SEARCHED)) {
    const part = filter[name as keyof typeof SEARCHED];
    if (part === undefined) continue;
    const { sql, bound } = partCondition(column, name, part);
    conditions.push(sql);
    parameters[name] = bound;
  }
  if (conditions.length === 0) return { kind: 'all' };
  return manyScope(snapshot, 'test', conditions.join(' AND '), parameters);
}

/** Resolves a filter; undefined where nothing in the store fits it. */
export function scopeOf(snapshot: Snapshot, filter: MetricFilter): Scope | undefined {
  const { session, context, component, scm } = filter;
  if (session !== undefined)
    return single(snapshot, 'session', 'SELECT id FROM session WHERE h = @text', session);
  if (context !== undefined)
    return single(snapshot, 'context', 'SELECT id FROM context WHERE h = @text', context);
  if (scm !== undefined) {
    return manyScope(snapshot, 'session', startsWith('scm_ref', 'scm'), prefixParameters('scm', scm));
  }
  if (component !== undefined && filter.item === undefined && filter.variant === undefined) {
    return single(snapshot, 'component', 'SELECT id FROM component WHERE name = @text', component);
  }
  return testScope(snapshot, filter);
}

/**
 * SQL that holds for rows of `metric m` in a scope. Of many owners each row's is looked up, because making a list of
 * ten thousand ids takes longer than reading a page does.
 */
export function conditionOf(scope: Scope): string {
  if (scope.kind === 'all') return '1';
  if (scope.kind === 'one') return `m.${scope.by}_id = @id`;
  return `EXISTS (SELECT 1 FROM ${scope.by} WHERE id = m.${scope.by}_id AND ${scope.where})`;
}

/** What the SQL of a scope binds. */
export function parametersOf(scope: Scope): Parameters {
  if (scope.kind === 'all') return {};
  return scope.kind === 'one' ? { id: scope.id } : scope.parameters;
}

/** The last metric that counts, extremes and indexes take in. */
export function foldedUpTo(snapshot: Snapshot): number {
  return snapshot.value<number>(`SELECT n FROM total WHERE name = 'folded'`, {}) ?? 0;
}

const COUNTS = {
  context: 'SELECT metric_count FROM context WHERE id = @id',
  component: 'SELECT metric_count FROM component WHERE id = @id',
  test: 'SELECT metric_count FROM test_stat WHERE test_id = @id',
  session: 'SELECT metric_count FROM session_stat WHERE session_id = @id',
} as const;

/** How many metrics up to the fold are in a scope, from counters. */
export function foldedCount(snapshot: Snapshot, scope: Scope): number {
  if (scope.kind === 'all')
    return snapshot.value<number>(`SELECT n FROM total WHERE name = 'metrics'`, {}) ?? 0;
  if (scope.kind === 'many') return scope.count;
  return snapshot.value<number>(COUNTS[scope.by], { id: scope.id }) ?? 0;
}

/** A time range as SQL on `metric m`, with the ids between which metrics up to the fold can lie in it. */
export interface RangeCondition {
  sql: string;
  parameters: Parameters;
  firstId: number;
  lastId: number;
}

export function rangeCondition(snapshot: Snapshot, range: TimeRange | undefined): RangeCondition | undefined {
  if (range === undefined) return undefined;
  const { since = -Infinity, until = Infinity } = range;
  const zones = snapshot.arrays<[number | null, number | null]>(
    'SELECT min(zone), max(zone) FROM metric_zone WHERE last_us >= @since AND first_us < @until',
    { since, until },
  );
  const [first, last] = zones[0] ?? [null, null];
  const size = 2 ** ZONE_BITS;
  return {
    sql: 'm.start_us >= @since AND m.start_us < @until',
    parameters: { since, until },
    firstId: (first ?? 0) * size,
    lastId: last === null ? 0 : (last + 1) * size - 1,
  };
}
