import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { StoreError } from '../store.ts';
import { databaseCode } from './faults.ts';
import { MIGRATION_LOCK } from './locks.ts';
import { PATIENT, withPrimary, type Primary, type StoreLog } from './primary.ts';
import { migrations, schemaNumber } from './schema.ts';

export interface MigrationOptions {
  /** The servers of which one is the primary. */
  uris: readonly string[];
  log?: StoreLog;
  /** How long the primary is looked for, at least once; 5 s by default. */
  searchMs?: number;
}

/**
 * How long a step may wait for a lock on a table: meanwhile everybody else waits behind it. All steps run in one
 * transaction, which holds its locks to the end. So a migration only does what takes a moment however many rows there
 * are: tables, columns that are nullable or have a constant default, constraints that are NOT VALID.
 */
const LOCK_TIMEOUT_MS = 1_000;

/** How often that is tried, and how long the others go first in between. */
const ATTEMPTS = 30;
const PAUSE_MS = 1_000;

const LOCK_NOT_AVAILABLE = '55P03';
const INSUFFICIENT_PRIVILEGE = '42501';

function causedBy(error: unknown, code: string): boolean {
  return error instanceof StoreError && databaseCode(error.cause) === code;
}

/** Runs what is missing, all of it or nothing. */
async function run(client: PoolClient, log: StoreLog | undefined): Promise<void> {
  // Of many that start at once one migrates, and the others wait as long as that takes.
  await client.query('SET LOCAL lock_timeout = 0');
  await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migration (
       number integer PRIMARY KEY, migrated_at timestamptz NOT NULL DEFAULT now())`,
  );
  const steps = migrations();
  for (let number = await schemaNumber(client); number < steps.length; number++) {
    await client.query(steps[number] as string);
    await client.query('INSERT INTO schema_migration (number) VALUES ($1)', [number + 1]);
    log?.info(`the database's schema is now number ${number + 1}`);
  }
}

async function isCurrent(primary: Primary): Promise<boolean> {
  return (await primary.transact(schemaNumber, { snapshot: true })) === migrations().length;
}

async function migrate(primary: Primary, log: StoreLog | undefined): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await primary.transact((client) => run(client, log), PATIENT);
    } catch (error) {
      if (!causedBy(error, LOCK_NOT_AVAILABLE) || attempts === ATTEMPTS) throw error;
      log?.warn('a migration waits for transactions that use its tables');
      await sleep(PAUSE_MS);
    }
  }
}

/**
 * Brings the schema up to date, in one transaction. Many processes may do so at once: one migrates, the others wait for
 * it. Where nothing is to be done, no right to change the schema is needed. Rejects with a StoreError where the
 * database cannot be reached, cannot be changed, or is that of a newer monitor-server.
 */
export async function migratePostgres({ uris, log, searchMs }: MigrationOptions): Promise<void> {
  const given = { uris, ...(log && { log }), ...(searchMs !== undefined && { searchMs }) };
  try {
    await withPrimary(given, async (primary) => {
      if (!(await isCurrent(primary))) await migrate(primary, log);
    });
  } catch (error) {
    if (!causedBy(error, INSUFFICIENT_PRIVILEGE)) throw error;
    throw new StoreError(
      'unusable',
      `${(error as StoreError).message}; the schema is to be changed, do that once as the user who owns its tables`,
      { cause: error },
    );
  }
}
