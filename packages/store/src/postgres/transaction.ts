import type { PoolClient } from 'pg';
import { isServerFault, serverFault } from './faults.ts';
import type { Server } from './server.ts';

export interface TransactionOptions {
  /** Reads only, and one snapshot for all of it. */
  snapshot?: boolean;
  /** A statement that is sent right behind the beginning: waiting for each would cost more than most answers. */
  first?: string;
  /** Settings of the server that hold within the transaction. */
  settings?: Readonly<Record<string, string | number>>;
  /** After so long it is given up, even where the server or the network hangs; 0 for never. */
  timeoutMs?: number;
  /** After so long the server gives up waiting for a lock. */
  lockTimeoutMs?: number;
}

/** What a server said when a transaction began. */
export interface Begun {
  /**
   * The same as long as nothing that was committed can be gone: it tells the server, since when it runs, and how often
   * one of its kind was promoted. It is asked for in every transaction, because a failover may go unnoticed behind
   * PgBouncer.
   */
  readonly incarnation: string;
  /** Rows of the statement that was to come first. */
  readonly first: readonly (readonly unknown[])[];
}

/** A transaction that has begun, on a connection of its own, which `completeTransaction` gives back. */
export interface Transaction extends Pick<Begun, 'incarnation'> {
  readonly server: Server;
  readonly client: PoolClient;
  /** Whether it only reads, so that nothing depends on how it ends. */
  readonly isSnapshot: boolean;
  /** Whether the server replays what another one writes. */
  readonly isReplica: boolean;
  /** Rows of the statement that was to come first; where it fails, the work has failed. */
  readonly first: Promise<Begun['first']>;
  /** Gives the connection back, or drops it where it is of no more use. */
  release(drop: boolean): void;
}

/** What is done in a transaction. */
export type Work<T> = (client: PoolClient, begun: Begun) => Promise<T>;

const TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;

/** How long a transaction may wait for us: one whose process hangs would hold its locks for ever. */
const IDLE_TIMEOUT_MS = 20_000;

/** So much later than the server should have answered, the connection is dropped. */
const GRACE_MS = 2_000;

/** How long the server may take to begin, which is no work. */
const BEGIN_TIMEOUT_MS = 3_000;

function beginningOf(options: TransactionOptions): string {
  const { snapshot = false, timeoutMs = TIMEOUT_MS, lockTimeoutMs = LOCK_TIMEOUT_MS, settings } = options;
  const set = Object.entries({
    statement_timeout: timeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: timeoutMs === 0 ? 0 : IDLE_TIMEOUT_MS,
    ...settings,
  });
  // Set for the transaction only, because behind PgBouncer the next one may be of somebody else.
  return `BEGIN ISOLATION LEVEL ${snapshot ? 'REPEATABLE READ READ ONLY' : 'READ COMMITTED READ WRITE'};
    SELECT pg_is_in_recovery(), extract(epoch FROM pg_postmaster_start_time()) || '/' ||
      CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
      ${set.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(', ')}`;
}

/** The rows of a statement, or of the last of several that go in one message. */
async function rowsOf(client: PoolClient, text: string): Promise<unknown[][]> {
  const results = await client.query<unknown[]>({ text, rowMode: 'array' });
  return [results].flat().at(-1)?.rows ?? [];
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
    const beginning = rowsOf(client, beginningOf(options));
    const first = options.first === undefined ? Promise.resolve([]) : rowsOf(client, options.first);
    // Whoever completes the transaction minds.
    first.catch(() => undefined);
    const [row] = await beginning;
    clearTimeout(timer);
    const { timeoutMs = TIMEOUT_MS, snapshot: isSnapshot = false } = options;
    if (timeoutMs > 0) timer = dropAfter(client, timeoutMs + GRACE_MS);
    const [isReplica, incarnation] = row as [boolean, string];
    return { server, client, isSnapshot, isReplica, incarnation, first, release };
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
export async function completeTransaction<T>(transaction: Transaction, work: Work<T>): Promise<T> {
  const { server, client, isSnapshot, incarnation, release } = transaction;
  let isCommitting = false;
  try {
    const result = await work(client, { incarnation, first: await transaction.first });
    if (isSnapshot) {
      // Whoever gets the connection next, or finds it broken, sends what they want right behind.
      client.query('COMMIT').catch(() => undefined);
      release(false);
      return result;
    }
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
