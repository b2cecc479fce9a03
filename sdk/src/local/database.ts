import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { DatabaseError, type DatabaseFault } from '../errors.ts';
import { readMicros } from '../timestamp.ts';
import { loadDriver } from './driver.ts';
import { CONTEXTS, METRICS, selectAll, SESSIONS } from './layout.ts';

/** Values bound to the parameters of a query. */
export type Bindings = Readonly<Record<string, string | number>>;

/** A database file, read with its three tables as the views `metric`, `session` and `context`. */
export interface LocalDatabase {
  rows<R>(sql: string, bindings?: Bindings): R[];
  close(): void;
}

/** How long a file may be locked, unless told: pytest-monitor commits after every test, so never for long. */
const TIMEOUT_MS = 5000;

/** What SQLite's result codes mean for who reads a file. */
const FAULTS: Readonly<Record<number, readonly [fault: DatabaseFault, message: string]>> = {
  5: ['locked', 'another process has locked it; try again when that has finished'],
  6: ['locked', 'another process has locked it; try again when that has finished'],
  11: ['damaged', 'is damaged; SQLite’s own tool may save what is left of it (sqlite3 FILE .recover)'],
  26: ['foreign', 'is not an SQLite database'],
};

function faultOf(path: string, error: unknown): unknown {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return error;
  // The upper bits say more than anyone here needs to know.
  const [fault, meaning] = FAULTS[errcode & 0xff] ?? ['unreadable', `cannot be read: ${message}`];
  return new DatabaseError(path, fault, meaning, { cause: error });
}

function checkFile(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) {
    const hint = /^[\w.-]+:\d+/.test(path) ? '; the address of a server starts with http:// or https://' : '';
    throw new DatabaseError(path, 'missing', `there is no such file${hint}`);
  }
  if (!file.isFile()) throw new DatabaseError(path, 'unreadable', 'is not a file');
}

/** The columns of the tables that are there, in capitals, by the names of the tables. */
function presentColumns(db: DatabaseSync): Map<string, Set<string>> {
  const rows = db
    .prepare(
      `SELECT upper(m.name) AS name, upper(c.name) AS column FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
       WHERE m.type = 'table'`,
    )
    .all() as { name: string; column: string }[];
  const present = new Map<string, Set<string>>();
  for (const { name, column } of rows) present.set(name, (present.get(name) ?? new Set()).add(column));
  return present;
}

function createViews(db: DatabaseSync, path: string): void {
  const present = presentColumns(db);
  if (![METRICS, SESSIONS, CONTEXTS].some(({ table }) => present.has(table))) {
    throw new DatabaseError(path, 'foreign', 'is a database, but has none of the tables of pytest-monitor');
  }
  const view = (name: string, layout: typeof METRICS): void => {
    db.exec(`CREATE TEMP VIEW ${name} AS ${selectAll(layout, present.get(layout.table))}`);
  };
  view('metric', METRICS);
  view('session', SESSIONS);
  view('context', CONTEXTS);
}

/** Opens a database file for reading; throws a DatabaseError that says why where that does not work. */
export function openLocalDatabase(path: string, timeout = TIMEOUT_MS): LocalDatabase {
  checkFile(path);
  const { DatabaseSync } = loadDriver();

  function guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw faultOf(path, error);
    }
  }

  const db = guarded(() => new DatabaseSync(path, { readOnly: true }));
  try {
    guarded(() => {
      db.exec(`PRAGMA busy_timeout = ${Math.trunc(timeout)}`);
      // Times are ranged over by what they stand for, and SQLite does not know all forms they come in.
      db.function('micros', { deterministic: true }, (text) => {
        const micros = readMicros(String(text));
        return Number.isNaN(micros) ? null : micros;
      });
      createViews(db, path);
    });
  } catch (error) {
    db.close();
    throw error;
  }

  return {
    rows: <R>(sql: string, bindings: Bindings = {}) => guarded(() => db.prepare(sql).all(bindings) as R[]),
    close: () => db.close(),
  };
}
