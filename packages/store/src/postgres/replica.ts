import { StoreError, type PoolUsage } from '../store.ts';
import { createGate } from './gate.ts';
import { openServer, usageOf } from './server.ts';
import { LOG_POSITION, SNAPSHOT } from './snapshot.ts';
import { beginTransaction, completeTransaction, type Transaction, type Work } from './transaction.ts';

export interface ReplicaOptions {
  /** How many reads at once; others wait. */
  poolSize: number;
  /** How long a read may take. */
  timeoutMs: number;
  /** The same for reads with streams. */
  streams: { poolSize: number; timeoutMs: number };
}

export interface ReadOptions {
  /** Reads also where the server is no replica any more. */
  anyRole?: boolean;
  /** Gives a connection that pages are not read on. */
  streaming?: boolean;
}

/** What a server says of itself. */
export interface Condition {
  isReplica: boolean;
  /** How far it has replayed the write-ahead log, in bytes. */
  position: number;
}

/** One server to read from. */
export interface Replica {
  /** Host, port and database; no password. */
  readonly name: string;
  /** How many reads run there, or wait. */
  readonly load: number;
  /** How busy the connections are that pages are read on. */
  usage(): PoolUsage;
  /**
   * Reads in one snapshot. Rejects with a StoreError where the server cannot be reached or fails, and, unless `anyRole`,
   * where it is no replica any more.
   */
  read<T>(work: Work<T>, options?: ReadOptions): Promise<T>;
  /** Asks on a connection of its own, within some seconds. */
  ask(): Promise<Condition>;
  /** Breaks the connections in use, so that nobody waits for a server that does not answer. */
  drop(): void;
  close(): Promise<void>;
}

/** A server that does not answer a simple question for so long does not answer at all. */
const QUESTION_TIMEOUT_MS = 2_000;

/** Opens the way to a server, without connecting yet. */
export function openReplica(uri: string, { poolSize, timeoutMs, streams }: ReplicaOptions): Replica {
  const pages = {
    server: openServer(uri, { max: poolSize, pipeline: true }),
    gate: createGate(poolSize),
    timeoutMs,
  };
  const streaming = {
    server: openServer(uri, { max: streams.poolSize, pipeline: true }),
    gate: createGate(streams.poolSize),
    timeoutMs: streams.timeoutMs,
  };
  const { server } = pages;
  // However busy the others are, this one is not.
  const watch = openServer(uri, { max: 1 });
  const running = new Set<Transaction>();
  let load = 0;

  async function readNow<T>(way: typeof pages, work: Work<T>, anyRole: boolean): Promise<T> {
    const transaction = await beginTransaction(way.server, { ...SNAPSHOT, timeoutMs: way.timeoutMs });
    if (!transaction.isReplica && !anyRole) {
      transaction.release(true);
      throw new StoreError('broken', `PostgreSQL at ${server.name}: it is no replica`);
    }
    running.add(transaction);
    try {
      return await completeTransaction(transaction, work);
    } finally {
      running.delete(transaction);
    }
  }

  return {
    name: server.name,
    get load() {
      return load;
    },
    usage: () => usageOf(server.name, [server], pages.gate.waiting),

    async read(work, { anyRole = false, streaming: isStreaming = false } = {}) {
      const way = isStreaming ? streaming : pages;
      load++;
      try {
        return await way.gate.pass(() => readNow(way, work, anyRole));
      } finally {
        load--;
      }
    },

    async ask() {
      const transaction = await beginTransaction(watch, { snapshot: true, timeoutMs: QUESTION_TIMEOUT_MS });
      const { isReplica } = transaction;
      const position = await completeTransaction(transaction, async (client) => {
        const { rows } = await client.query<{ position: number }>(`SELECT ${LOG_POSITION} AS position`);
        return rows[0]?.position ?? 0;
      });
      return { isReplica, position };
    },

    drop() {
      for (const { client } of running) client.connection.stream.destroy();
    },

    async close() {
      await Promise.all([pages, streaming].map(({ gate }) => gate.empty()));
      await Promise.all([pages.server, streaming.server, watch].map(({ pool }) => pool.end()));
    },
  };
}
