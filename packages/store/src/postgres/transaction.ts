import type { PoolClient, QueryResult } from 'pg';
import { isServerFault, serverFault } from './faults.ts';
import type { Server } from './server.ts';

export interface TransactionOptions {
  /** Reads only, and one snapshot for all of it. */
  snapshot?: boolean;
  /** After so long it is given up, even where the server or the network hangs; 0 for never. */
  timeoutMs?: number;
  /** After so long the server gives up waiting for a lock. */
  lockTimeoutMs?: number;
}

/** A transaction that has begun, on a connection of its own, which `completeTransaction` gives back. */
export interface Transaction {
  readonly server: Server;
  readonly client: PoolClient;
  /** Whether the server replays what another one writes. */
  readonly isReplica: boolean;
  /** See `Work`. */
  readonly incarnation: string;
  /** Gives the connection back, or drops it where it is of no more use. */
  release(drop: boolean): void;
}

/**
 * What is done in a transaction. `incarnation` is the same as long as nothing that was committed can be gone: it tells
 * the server, since when it runs, and how often one of its kind was promoted. It is asked for in every transaction,
 * because a failover may go unnoticed behind PgBouncer.
 */
export type Work<T> = (client: PoolClient, incarnation: string) => Promise<T>;

const TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;

/** How long a transaction may wait for us: one whose process hangs would hold its locks for ever. */
const IDLE_TIMEOUT_MS = 20_000;

/** So much later than the server should have answered, the connection is dropped. */
const GRACE_MS = 2_000;

/** How long the server may take to begin, which is no work. */
const BEGIN_TIMEOUT_MS = 3_000;

function beginning(options: TransactionOptions): string {
  const { snapshot = false, timeoutMs = TIMEOUT_MS, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  // SET LOCAL, because behind PgBouncer the next transaction may be of somebody else.
  return `BEGIN ISOLATION LEVEL ${snapshot ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED READ WRITE'};
    SET LOCAL statement_timeout = ${timeoutMs};
    SET LOCAL lock_timeout = ${lockTimeoutMs};
    SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs === 0 ? 0 : IDLE_TIMEOUT_MS};
    SELECT pg_is_in_recovery() AS replica, extract(epoch FROM pg_postmaster_start_time()) || '/' ||
      CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS incarnation`;
}

/** Drops a connection after a while, so that whoever waits for an answer on it gets an error. */
function dropAfter(client: PoolClient, milliseconds: number): NodeJS.Timeout {
  const error = new Error(`no answer within ${milliseconds / 1000} s`);
  return setTimeout(() => client.connection.stream.destroy(error), milliseconds);
}

/** Begins a transaction. Rejects with a StoreError where the server cannot be reached, or is to write and cannot. */
export async function beginTransaction(
  server: Server,
  options: TransactionOptions = {},
): Promise<Transaction> {
  let client: PoolClient;
  try {
    client = await server.pool.connect();
  } catch (error) {
    throw serverFault(server.name, error);
  }
  let timer = dropAfter(client, BEGIN_TIMEOUT_MS);
  const release = (drop: boolean): void => {
    clearTimeout(timer);
    client.release(drop);
  };
  try {
    // One message, and so one round trip; the answer to each of its statements is a result.
    const results = (await client.query(beginning(options))) as unknown as QueryResult<{
      replica: boolean;
      incarnation: string;
    }>[];
    clearTimeout(timer);
    const { timeoutMs = TIMEOUT_MS } = options;
    if (timeoutMs > 0) timer = dropAfter(client, timeoutMs + GRACE_MS);
    const { replica: isReplica = false, incarnation = '' } = results.at(-1)?.rows[0] ?? {};
    return { server, client, isReplica, incarnation, release };
  } catch (error) {
    release(true);
    throw serverFault(server.name, error);
  }
}

/**
 * Runs `work` in a transaction, commits it and gives its connection back. Rejects with a StoreError where the
 * server or the way to it fails; if that happens during the commit, it may have been done all the same. Other errors are
 * passed on: what `work` throws, and what `isRefusal` and `isCollision` tell of. Nothing is stored then.
 */
export async function completeTransaction<T>(
  { server, client, incarnation, release }: Transaction,
  work: Work<T>,
): Promise<T> {
  let isCommitting = false;
  try {
    const result = await work(client, incarnation);
    isCommitting = true;
    const { command } = await client.query('COMMIT');
    isCommitting = false;
    // The server answers so where a statement had failed and nobody minded.
    if (command !== 'COMMIT') throw new Error('the transaction had failed');
    release(false);
    return result;
  } catch (error) {
    const undone = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    release(!undone);
    const isUnsure = isCommitting && !undone;
    throw isServerFault(error) || !undone ? serverFault(server.name, error, { isUnsure }) : error;
  }
}
