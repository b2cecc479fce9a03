import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { StoreError, type PoolUsage } from '../store.ts';
import { isCollision, serverFault } from './faults.ts';
import { createGate } from './gate.ts';
import { openServer, usageOf, type Server, type ServerOptions } from './server.ts';
import {
  beginTransaction,
  completeTransaction,
  type Transaction,
  type TransactionOptions,
  type Work,
} from './transaction.ts';

/** Takes what an operator should know, one line each. A logger of pino is one. */
export interface StoreLog {
  info(line: string): void;
  warn(line: string): void;
}

export interface PrimaryOptions extends ServerOptions {
  /** One server each; that which is not in recovery is the primary. */
  uris: readonly string[];
  log?: StoreLog;
  /** How long the primary is looked for, at least once, until it counts as away; 5 s by default. */
  searchMs?: number;
}

/** That of several servers which takes writes, wherever it is at the moment. */
export interface Primary {
  /**
   * Runs `work` in a transaction and commits it. Where the server ends it in favour of another transaction, it is run
   * again, so `work` must change nothing but the database. Where all connections are in use it waits for one.
   *
   * Rejects with a StoreError where there is no primary for `searchMs`, or where it or the way to it fails; if that
   * happens during the commit, it may have been done all the same. Other errors are passed on: what `work` throws, and
   * what `isRefusal` tells of. Nothing is stored then.
   */
  transact<T>(work: Work<T>, options?: TransactionOptions): Promise<T>;
  /** The rows of one statement, in a transaction of its own. */
  query<Row extends QueryResultRow>(
    text: string,
    values?: unknown[],
    options?: TransactionOptions,
  ): Promise<Row[]>;
  /** How busy its connections are. */
  usage(name: string): PoolUsage;
  /** Finishes what was begun, and what waits for a connection, and takes no more. */
  close(): Promise<void>;
}

/** How long to wait after all servers were asked. */
const SEARCH_PAUSE_MS = 100;

/** How often a transaction is begun that the server ends in favour of others. */
const ATTEMPTS = 10;

/** For a transaction that goes on as long as what it does. */
export const PATIENT = { timeoutMs: 0 };

/** One fault for those of all servers. */
function together(faults: readonly StoreError[]): StoreError {
  const [first] = faults;
  if (first === undefined) return new StoreError('unusable', 'no PostgreSQL server is given');
  const reason = faults.every((fault) => fault.reason === first.reason) ? first.reason : 'broken';
  return new StoreError(reason, faults.map(({ message }) => message).join('; '), { cause: first.cause });
}

/** Opens the way to the primary, without connecting yet. */
export function openPrimary({ uris, log, searchMs = 5_000, ...options }: PrimaryOptions): Primary {
  const servers = uris.map((uri) => openServer(uri, options));
  // Waiting within the pool would look like a server that does not answer.
  const gate = createGate(options.max);
  /** That which was the primary last, and is asked first. */
  let last: Server | undefined;
  let closing = false;

  async function beginOn(server: Server, given: TransactionOptions): Promise<Transaction> {
    const transaction = await beginTransaction(server, given);
    if (!transaction.isReplica) return transaction;
    transaction.release(true);
    throw new StoreError('broken', `PostgreSQL at ${server.name}: it is a replica`);
  }

  function remember(server: Server): void {
    if (last !== server) log?.info(`PostgreSQL at ${server.name} is the primary`);
    last = server;
  }

  async function search(given: TransactionOptions): Promise<Transaction> {
    const end = performance.now() + searchMs;
    for (;;) {
      const faults: StoreError[] = [];
      for (const server of last === undefined
        ? servers
        : [last, ...servers.filter((each) => each !== last)]) {
        try {
          const transaction = await beginOn(server, given);
          remember(server);
          return transaction;
        } catch (error) {
          faults.push(serverFault(server.name, error));
        }
      }
      const isHopeless = faults.every(({ reason }) => reason === 'unusable');
      if (isHopeless || closing || performance.now() >= end) throw together(faults);
      await sleep(SEARCH_PAUSE_MS);
    }
  }

  async function attempt<T>(work: Work<T>, given: TransactionOptions): Promise<T> {
    for (let attempts = 1; ; attempts++) {
      const transaction = await search(given);
      try {
        return await completeTransaction(transaction, work);
      } catch (error) {
        if (!isCollision(error)) throw error;
        if (attempts === ATTEMPTS) throw serverFault(transaction.server.name, error);
      }
    }
  }

  async function transact<T>(work: Work<T>, given: TransactionOptions = {}): Promise<T> {
    if (closing) throw new StoreError('broken', 'the store is closed');
    return gate.pass(() => attempt(work, given));
  }

  return {
    transact,
    query: (text, values, given) =>
      transact(async (client) => (await client.query(text, values)).rows as never, given),
    usage: (name) => usageOf(name, servers, gate.waiting),
    async close() {
      closing = true;
      await gate.empty();
      await Promise.all(servers.map(({ pool }) => pool.end()));
    },
  };
}

/** Has `work` done on one connection to the primary, which is closed afterwards. */
export async function withPrimary<T>(
  options: Omit<PrimaryOptions, 'max'>,
  work: (primary: Primary) => Promise<T>,
): Promise<T> {
  const primary = openPrimary({ ...options, max: 1 });
  try {
    return await work(primary);
  } finally {
    await primary.close();
  }
}
