import { digest } from '../digest.ts';
import type { MetricFilter } from '../store.ts';
import { isAmong, type Choice, type Owners } from './owner-set.ts';
import type { OwnerSets } from './owner-sets.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { contains, equals, startsWith } from './text-condition.ts';

/** Which metrics a list is made of, resolved to ids. */
export type Scope = AllMetrics | OneOwner | Scattered;

export interface AllMetrics {
  kind: 'all';
}

/** Metrics that an index has side by side, in their order. */
export interface OneOwner {
  kind: 'one';
  by: 'test' | 'session';
  id: number;
}

/** Metrics of several tests or sessions, which lie among those of others. */
export interface Scattered {
  kind: 'scattered';
  by: 'test' | 'session';
  /** SQL that holds for the rows of `metric m` that are meant. */
  condition(values: Values): string;
  /** SQL that holds for those rows of an owner that are meant. */
  ofOwner(values: Values): string;
  /** The tests or sessions that have these metrics. */
  owners(): Promise<Owners>;
  /** How many metrics there are up to one of them, and the first and last of these; 0 where there are none. */
  count: number;
  first: number;
  last: number;
  upTo: number;
}

type NumbersRow = [count: number, first: number, last: number];

async function idOf(
  snapshot: Snapshot,
  table: 'session' | 'context' | 'component',
  text: string,
): Promise<number | undefined> {
  const values = createValues();
  return snapshot.value<number>(`SELECT id FROM ${table} WHERE key = ${values.bind(digest(text))}`, values);
}

/** The metrics that have an id in a column of their own. */
async function columnScope(
  snapshot: Snapshot,
  column: 'component' | 'context',
  text: string,
  {
    by,
    ofOwner,
    owners,
  }: Pick<Scattered, 'by'> & {
    ofOwner(id: number, values: Values): string;
    /** SQL for the ids of owners. */
    owners(id: number, values: Values): string;
  },
): Promise<Scope | undefined> {
  const id = await idOf(snapshot, column, text);
  if (id === undefined) return undefined;
  const values = createValues();
  const [numbers] = await snapshot.rows<NumbersRow>(
    `SELECT metric_count, greatest(first_metric, ${values.bind(snapshot.removed + 1)}), last_metric
     FROM ${column}_stat WHERE ${column}_id = ${values.bind(id)} AND metric_count > 0`,
    values,
  );
  const [count, first, last] = numbers ?? [0, 0, 0];
  return {
    kind: 'scattered',
    by,
    condition: ({ bind }) => `m.${column}_id = ${bind(id)}`,
    ofOwner: (given) => ofOwner(id, given),
    async owners() {
      const given = createValues();
      const [row] = await snapshot.texts<[ids: string | null, length: string]>(
        `SELECT array_agg(id), count(*) FROM (${owners(id, given)}) AS owner (id)`,
        given,
      );
      return { ids: row?.[0] ?? '{}', length: Number(row?.[1]) };
    },
    count,
    first,
    last,
    upTo: snapshot.folded,
  };
}

function componentScope(snapshot: Snapshot, component: string): Promise<Scope | undefined> {
  return columnScope(snapshot, 'component', component, {
    by: 'test',
    ofOwner: () => 'true',
    owners: (id, { bind }) => `SELECT id FROM test WHERE component_id = ${bind(id)}`,
  });
}

function contextScope(snapshot: Snapshot, context: string): Promise<Scope | undefined> {
  return columnScope(snapshot, 'context', context, {
    by: 'session',
    // A session that ran on two machines has two contexts.
    ofOwner: (id, { bind }) => `m.context_id = ${bind(id)}`,
    owners: (id, { bind }) => `SELECT session_id FROM session_context WHERE context_id = ${bind(id)}
      UNION SELECT session_id FROM metric WHERE id > ${bind(snapshot.folded)} AND context_id = ${bind(id)}`,
  });
}

/** The metrics of the tests or sessions of a choice. */
async function choiceScope(
  snapshot: Snapshot,
  sets: OwnerSets,
  choice: Choice,
  key?: string,
): Promise<Scope | undefined> {
  const { by } = choice;
  const { ids, length, ...numbers } = await sets.get(snapshot, choice, key);
  if (length === 0) return undefined;
  if (length === 1) return { kind: 'one', by, id: Number(ids.slice(1, -1)) };
  return {
    kind: 'scattered',
    by,
    condition: (values) => isAmong(`m.${by}_id`, ids, values),
    ofOwner: () => 'true',
    owners: () => Promise.resolve({ ids, length }),
    ...numbers,
  };
}

function testScope(
  snapshot: Snapshot,
  sets: OwnerSets,
  { item, variant, itemLike, variantLike, kind, component }: MetricFilter,
): Promise<Scope | undefined> {
  const where = (values: Values): string =>
    [
      item === undefined ? [] : equals('item', item, values),
      variant === undefined ? [] : equals('item_variant', variant, values),
      itemLike === undefined ? [] : contains('item', itemLike, values),
      variantLike === undefined ? [] : contains('item_variant', variantLike, values),
      kind === undefined ? [] : equals('kind', kind, values),
      component === undefined
        ? []
        : `component_id = (SELECT id FROM component WHERE key = ${values.bind(digest(component))})`,
    ]
      .flat()
      .join(' AND ');
  // Others are found in indexes.
  const isSlow = item === undefined && variant === undefined;
  const key = isSlow ? JSON.stringify([itemLike, variantLike, kind, component]) : undefined;
  return choiceScope(snapshot, sets, { by: 'test', where }, key);
}

/** Resolves a filter; undefined where nothing in the store fits it. */
export async function scopeOf(
  snapshot: Snapshot,
  sets: OwnerSets,
  filter: MetricFilter,
): Promise<Scope | undefined> {
  const { session, context, scm, range: _, component, ...tests } = filter;
  if (session !== undefined) {
    const id = await idOf(snapshot, 'session', session);
    return id === undefined ? undefined : { kind: 'one', by: 'session', id };
  }
  if (context !== undefined) return contextScope(snapshot, context);
  if (scm !== undefined) {
    return choiceScope(snapshot, sets, {
      by: 'session',
      where: (values) => startsWith('scm_ref', scm, values),
    });
  }
  if (Object.values(tests).some((value) => value !== undefined)) return testScope(snapshot, sets, filter);
  return component === undefined ? { kind: 'all' } : componentScope(snapshot, component);
}

/** SQL that holds for the rows of `metric m` in a scope. */
export function conditionOf(scope: Scope, values: Values): string {
  if (scope.kind === 'all') return 'true';
  return scope.kind === 'one' ? `m.${scope.by}_id = ${values.bind(scope.id)}` : scope.condition(values);
}
