import { createValues, type Snapshot, type Values } from './snapshot.ts';

/** Ids as an array in the form in which PostgreSQL reads and writes it. */
export interface Owners {
  ids: string;
  length: number;
}

/** Which rows of `test` or `session` are meant. */
export interface Choice {
  by: 'test' | 'session';
  /** SQL that holds for them. */
  where(values: Values): string;
}

/** Where the metrics of a set are; 0 where there are none. */
interface Numbers {
  count: number;
  first: number;
  last: number;
}

/** Tests or sessions that were chosen by what their rows say, and their metrics up to one of them. */
export interface OwnerSet extends Owners, Numbers {
  upTo: number;
  /** Which metrics were removed by then: those up to this one. */
  removed: number;
}

/** So many are looked up one by one; more are found by reading the numbers of all. */
const LOOKED_UP = 1_000;

/**
 * SQL that holds where a column has one of these ids. They are looked up in a hash table; the CASE keeps the planner from
 * weighing thousands of ids one by one, which takes longer than reading a page.
 */
export function isAmong(column: string, ids: string, { bind }: Values): string {
  return `CASE WHEN ${column} = ANY (${bind(ids)}::integer[]) THEN true END`;
}

type NumbersRow = readonly [count: string | null, first: string | null, last: string | null];

function numbersOf([count, first, last]: NumbersRow): Numbers {
  return { count: Number(count), first: Number(first), last: Number(last) };
}

/** Chooses rows anew. */
export async function chooseOwners(snapshot: Snapshot, { by, where }: Choice): Promise<OwnerSet> {
  const choosing = createValues();
  const [owners] = await snapshot.texts<[ids: string | null, length: string]>(
    `SELECT array_agg(id), count(*) FROM ${by} WHERE ${where(choosing)}`,
    choosing,
  );
  const { folded: upTo, removed } = snapshot;
  const [ids, length] = [owners?.[0] ?? '{}', Number(owners?.[1])];
  const values = createValues();
  const isChosen =
    length > LOOKED_UP ? isAmong(`${by}_id`, ids, values) : `${by}_id = ANY (${values.bind(ids)}::integer[])`;
  const [numbers] = await snapshot.texts<NumbersRow>(
    `SELECT sum(metric_count), min(first_metric), max(last_metric) FROM ${by}_stat WHERE ${isChosen}`,
    values,
  );
  return { ids, length, upTo, removed, ...numbersOf(numbers ?? [null, null, null]) };
}

/** Which of the chosen rows metrics after those of a set have, and their numbers. */
export interface Later extends Numbers {
  ids: readonly string[];
}

/** Looks at the metrics after those of a set, one by one. */
export async function readLater(
  snapshot: Snapshot,
  { by, where }: Choice,
  { upTo }: OwnerSet,
): Promise<Later> {
  if (snapshot.newest === upTo) return { ids: [], count: 0, first: 0, last: 0 };
  const values = createValues();
  const rows = await snapshot.texts<[id: string, count: string, first: string, last: string]>(
    `SELECT ${by}_id, count, first, last FROM (
       SELECT ${by}_id, count(*), min(id) AS first, max(id) AS last FROM metric
       WHERE id > ${values.bind(upTo)} GROUP BY ${by}_id) AS later
     JOIN ${by} ON id = ${by}_id WHERE ${where(values)}`,
    values,
  );
  return {
    ids: rows.map(([id]) => id),
    count: rows.reduce((sum, [, count]) => sum + Number(count), 0),
    first: Math.min(...rows.map(([, , first]) => Number(first))),
    last: Math.max(...rows.map(([, , , last]) => Number(last))),
  };
}

/** A set with the metrics after its own. `fresh` are those of their owners that it does not have yet. */
export function extend(set: OwnerSet, later: Later, fresh: readonly string[], upTo: number): OwnerSet {
  if (later.count === 0) return { ...set, upTo };
  return {
    ids:
      fresh.length === 0
        ? set.ids
        : `${set.ids.slice(0, -1)}${set.length === 0 ? '' : ','}${fresh.join(',')}}`,
    length: set.length + fresh.length,
    count: set.count + later.count,
    first: set.count === 0 ? later.first : set.first,
    last: later.last,
    upTo,
    removed: set.removed,
  };
}
