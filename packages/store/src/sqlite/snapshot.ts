import type { Statement } from 'better-sqlite3';
import type { Connection } from './database.ts';

export type Parameters = Record<string, string | number | null | Uint8Array>;

/** Reads within one transaction. Statements are prepared once and kept by their text. */
export interface Snapshot {
  /** Rows as arrays, for the lists that are read most. */
  arrays<T>(sql: string, parameters: Parameters): T[];
  /** The first column of every row. */
  column<T>(sql: string, parameters: Parameters): T[];
  /** The first column of the first row. */
  value<T>(sql: string, parameters: Parameters): T | undefined;
}

/** Statements that are assembled from filters differ in a few hundred ways at most; this is beyond that. */
const STATEMENT_LIMIT = 1_000;

export function createSnapshot(db: Connection): Snapshot {
  const statements = new Map<string, Statement>();

  function prepare(sql: string): Statement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    if (statements.size >= STATEMENT_LIMIT) statements.clear();
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    arrays: <T>(sql: string, parameters: Parameters) => prepare(sql).raw(true).all(parameters) as T[],
    column: <T>(sql: string, parameters: Parameters) => prepare(sql).pluck(true).all(parameters) as T[],
    value: <T>(sql: string, parameters: Parameters) =>
      prepare(sql).pluck(true).get(parameters) as T | undefined,
  };
}

/** The smallest text that is after every text with this start: the byte FF is in no UTF-8. Bind it, cast to TEXT. */
function endOfPrefix(prefix: string): Buffer {
  return Buffer.concat([Buffer.from(prefix), Buffer.from([0xff])]);
}

/** SQL that holds for texts with the start bound as `name`, which `prefixParameters` binds. */
export function startsWith(column: string, name: string): string {
  return `${column} >= @${name} AND ${column} < CAST(@${name}End AS TEXT)`;
}

export function prefixParameters(name: string, prefix: string): Parameters {
  return { [name]: prefix, [`${name}End`]: endOfPrefix(prefix) };
}
