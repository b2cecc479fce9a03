import type { ClientBase, CustomTypesConfig } from 'pg';
import type { Begun, TransactionOptions } from './transaction.ts';

/** Reads within one transaction, and so what was committed at one moment. Rows are arrays. */
export interface Snapshot {
  /** The last metric that is visible, or was: retention removes metrics. */
  readonly newest: number;
  /** The last metric that counts, extremes and zones take in. */
  readonly folded: number;
  /** The last metric that retention has removed; the others are all after it. */
  readonly removed: number;
  /** How many metrics are folded, and how many sessions and contexts were posted. */
  readonly totals: { readonly metrics: number; readonly sessions: number; readonly contexts: number };
  /** How far the write-ahead log was written or replayed, at the least, with all that is visible here. */
  readonly position: number;
  rows<Row extends readonly unknown[]>(text: string, values: Values): Promise<Row[]>;
  /** Rows as the server spells them: numbers are not read only to be written again. */
  texts<Row extends readonly (string | null)[]>(text: string, values: Values): Promise<Row[]>;
  /** The first column of every row. */
  column<T>(text: string, values: Values): Promise<T[]>;
  /** The first column of the first row. */
  value<T>(text: string, values: Values): Promise<T | undefined>;
}

/** What a statement binds. */
export interface Values {
  readonly list: readonly unknown[];
  /** Binds a value and says how the statement refers to it. */
  bind(value: unknown): string;
}

export function createValues(): Values {
  const list: unknown[] = [];
  return { list, bind: (value) => `$${list.push(value)}` };
}

/** SQL for the position in the write-ahead log, in bytes, after which nothing is visible. */
export const LOG_POSITION = `(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
  ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn)::bigint`;

/**
 * Begins a transaction of which `snapshotOf` makes a snapshot. Pages are read from memory by way of indexes: compiling,
 * workers or reading a table from end to end would only delay them. Numbers are to be spelled so that they read back as
 * they were.
 */
export const SNAPSHOT: TransactionOptions = {
  snapshot: true,
  settings: { jit: 'off', max_parallel_workers_per_gather: 0, random_page_cost: 1.1, extra_float_digits: 1 },
  first: `SELECT ${LOG_POSITION}, (SELECT max(id) FROM metric), name, n FROM total`,
};

type FirstRow = readonly [position: number, newest: number | null, name: string, n: number];

/** Values as the server spells them. */
export const verbatim: CustomTypesConfig = {
  getTypeParser: () => (text: string) => text,
};

/** Reads in a transaction that was begun with `SNAPSHOT`. */
export function snapshotOf(client: ClientBase, { first }: Begun): Snapshot {
  const firstRows = first as readonly FirstRow[];
  const [position = 0, newest = 0] = firstRows[0] ?? [];
  const totals = new Map(firstRows.map(([, , name, n]) => [name, n]));
  const total = (name: string): number => totals.get(name) ?? 0;
  const folded = total('folded');

  async function rows<Row>(text: string, { list }: Values, types?: CustomTypesConfig): Promise<Row[]> {
    const given = types === undefined ? {} : { types };
    const result = await client.query({ text, values: [...list], rowMode: 'array', ...given });
    return result.rows as Row[];
  }

  return {
    position,
    // Retention may have removed all that are folded.
    newest: Math.max(newest ?? 0, folded),
    folded,
    removed: total('removed'),
    totals: { metrics: total('metrics'), sessions: total('sessions'), contexts: total('contexts') },
    rows: (text, values) => rows(text, values),
    texts: (text, values) => rows(text, values, verbatim),
    column: async <T>(text: string, values: Values) =>
      (await rows<[T]>(text, values)).map(([value]) => value),
    value: async <T>(text: string, values: Values) => (await rows<[T]>(text, values))[0]?.[0],
  };
}
