import { existsSync } from 'node:fs';
import type { PoolClient } from 'pg';
import { checkCopy, isEmpty, notEmpty, type Contents } from '../copies.ts';
import { contentsOf as contentsOfFile } from '../sqlite/contents.ts';
import { lockForWriting, openForWriting, type Connection } from '../sqlite/database.ts';
import { StoreError } from '../store.ts';
import { contentsOf } from './contents.ts';
import { fold } from './fold.ts';
import { migratePostgres } from './migrate.ts';
import { MOVED_TABLES, type MovedTable, type Row } from './moved-tables.ts';
import { PATIENT, withPrimary, type Primary, type StoreLog } from './primary.ts';

/** How many rows go in one statement. */
const STEP = 5_000;

const FOLD_LIMIT = 65_536;

const NUMBERED = ['component', 'pipeline', 'build', 'context', 'session', 'test', 'metric', 'dead_record'];

const SET_TOTAL = 'UPDATE total SET n = $2 WHERE name = $1';

export interface MoveOptions {
  /** The SQLite file, which nobody else has open. */
  path: string;
  /** The servers of which one is the primary of an empty database. */
  uris: readonly string[];
  log: StoreLog;
}

async function moveTable(
  client: PoolClient,
  source: Connection,
  { name, select, insert, parameters }: MovedTable,
  log: StoreLog,
): Promise<void> {
  let rows: Row[] = [];
  let moved = 0;
  const put = async (): Promise<void> => {
    await client.query(insert, parameters(rows));
    moved += rows.length;
    rows = [];
  };
  for (const row of source.prepare(select).raw().iterate() as IterableIterator<Row>) {
    rows.push(row);
    if (rows.length === STEP) await put();
  }
  if (rows.length > 0) await put();
  if (moved > 0) log.info(`${moved} rows of ${name}`);
}

/** What comes next goes on where the file ended. */
async function setNumbers(client: PoolClient, source: Connection): Promise<void> {
  const totalOf = source.prepare('SELECT n FROM total WHERE name = ?').pluck();
  const removed = totalOf.get('removed') as number;
  for (const name of ['sessions', 'contexts', 'removed'])
    await client.query(SET_TOTAL, [name, totalOf.get(name)]);
  await client.query(SET_TOTAL, ['folded', removed]);
  for (const name of NUMBERED) {
    const newest = source.prepare(`SELECT coalesce(max(id), 0) FROM ${name}`).pluck().get() as number;
    const last = name === 'metric' ? Math.max(newest, removed) : newest;
    if (last > 0) await client.query(`SELECT setval(pg_get_serial_sequence('${name}', 'id'), $1)`, [last]);
  }
}

async function foldAll(primary: Primary, log: StoreLog): Promise<void> {
  let folded = 0;
  for (;;) {
    const work = (client: PoolClient) => fold(client, { least: 1, most: FOLD_LIMIT, nowMs: Date.now() });
    const result = await primary.transact(work, PATIENT);
    if (result === 'busy') continue;
    folded += result.metrics;
    log.info(`counts and orders of ${folded} metrics`);
    if (!result.more) break;
  }
  await primary.query('ANALYZE', [], PATIENT);
}

async function moveAll(source: Connection, primary: Primary, log: StoreLog): Promise<Contents> {
  await primary.transact(async (client) => {
    const contents = await contentsOf(client);
    if (!isEmpty(contents)) throw notEmpty(contents);
    for (const table of MOVED_TABLES) await moveTable(client, source, table, log);
    await setNumbers(client, source);
  }, PATIENT);
  await foldAll(primary, log);
  const contents = await primary.transact(contentsOf, { ...PATIENT, snapshot: true });
  checkCopy(contentsOfFile(source), contents);
  return contents;
}

/**
 * Moves a SQLite store into an empty PostgreSQL database, whose schema is made: all of it or nothing, with ids, orders and
 * keys as they were. The file stays as it is. Gives what the database holds, which is what the file holds. Rejects with a
 * StoreError where that cannot be done.
 */
export async function moveToPostgres({ path, uris, log }: MoveOptions): Promise<Contents> {
  if (!existsSync(path)) throw new StoreError('unusable', `there is no file ${path}`);
  await migratePostgres({ uris, log });
  const lock = lockForWriting(path);
  try {
    const source = openForWriting(path);
    try {
      return await withPrimary({ uris, log }, (primary) => moveAll(source, primary, log));
    } finally {
      source.close();
    }
  } finally {
    lock.close();
  }
}
