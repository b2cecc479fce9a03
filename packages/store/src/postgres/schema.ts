import { readdirSync, readFileSync } from 'node:fs';
import type { PoolClient } from 'pg';
import { StoreError } from '../store.ts';
import { databaseCode } from './faults.ts';
import type { Nodes } from './nodes.ts';
import type { Primary } from './primary.ts';
import { createValues } from './snapshot.ts';

const migrationsFolder = new URL('migrations/', import.meta.url);

/** PostgreSQL 14, as `server_version_num` has it. */
const OLDEST_SERVER = 140_000;

interface Schema {
  /** How many migrations were run; 0 in an empty database. */
  number: number;
  encoding: string;
  server: number;
}

/** The migrations, oldest first; the first has the number 1. */
export function migrations(): string[] {
  return readdirSync(migrationsFolder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => readFileSync(new URL(name, migrationsFolder), 'utf8'));
}

/** Which migrations were run. Rejects where this monitor-server cannot use the database, with one line that says why. */
export async function schemaNumber(client: PoolClient): Promise<number> {
  const { rows } = await client.query<Omit<Schema, 'number'> & { exists: boolean }>(
    `SELECT to_regclass('schema_migration') IS NOT NULL AS exists, current_setting('server_encoding') AS encoding,
       current_setting('server_version_num')::integer AS server`,
  );
  const [state] = rows;
  if (state === undefined) throw new StoreError('broken', 'the database says nothing about itself');
  if (state.server < OLDEST_SERVER) {
    throw new StoreError(
      'unusable',
      `the server is PostgreSQL ${Math.floor(state.server / 10_000)}; use 14 or newer`,
    );
  }
  if (state.encoding !== 'UTF8') {
    throw new StoreError('unusable', `the encoding of the database is ${state.encoding}; use one with UTF8`);
  }
  if (!state.exists) return 0;
  const { rows: found } = await client.query<{ number: number }>(
    'SELECT coalesce(max(number), 0) AS number FROM schema_migration',
  );
  const number = found[0]?.number ?? 0;
  const newest = migrations().length;
  if (number > newest) {
    throw new StoreError(
      'unusable',
      `the database's schema is number ${number}, and this monitor-server knows up to ${newest}; use a newer monitor-server`,
    );
  }
  return number;
}

function outdated(number: number, newest: number): StoreError {
  const state =
    number === 0
      ? 'the database has no schema yet'
      : `the database's schema is number ${number} of ${newest}`;
  return new StoreError('broken', `${state}; start a worker, or whatever else may migrate it`);
}

/** Makes sure that the schema is the one that this code reads and writes. Rejects with a StoreError. */
export async function checkSchema(primary: Primary): Promise<void> {
  const number = await primary.transact(schemaNumber, { snapshot: true });
  const newest = migrations().length;
  if (number !== newest) throw outdated(number, newest);
}

const NO_SUCH_TABLE = '42P01';

/** Makes sure that what is read from has all that this code reads; it may have more. Rejects with the reason. */
export async function checkReadable(nodes: Pick<Nodes, 'read'>): Promise<void> {
  const text = 'SELECT coalesce(max(number), 0) FROM schema_migration';
  const number = await nodes
    .read((snapshot) => snapshot.value<number>(text, createValues()))
    .catch((error: unknown) => {
      const { cause } = error as Error;
      if (databaseCode(error) === NO_SUCH_TABLE || databaseCode(cause) === NO_SUCH_TABLE) return 0;
      throw error;
    });
  const newest = migrations().length;
  if (number === undefined || number < newest) throw outdated(number ?? 0, newest);
}
