import type { PoolClient } from 'pg';
import { StoreError, type ReaderUsage } from '../store.ts';
import { databaseCode } from './faults.ts';
import { openPrimary, type StoreLog } from './primary.ts';
import type { ReadOptions } from './replica.ts';
import { openReplicas, type Member } from './replicas.ts';
import { LOG_POSITION, SNAPSHOT, snapshotOf, type Snapshot } from './snapshot.ts';

export interface NodesOptions {
  /** Servers of which that which is not in recovery is the primary, one a URI. */
  uris: readonly string[];
  /** Servers to read from, one a URI. */
  replicas: readonly string[];
  /**
   * How far behind a replica may be that is read from: so long it may lack what the primary's log is known to have. That is
   * looked at every second, by positions in the log, whatever the clocks say and however little is written.
   */
  maxLagMs: number;
  /** How long a statement may take. */
  statementTimeoutMs: number;
  /** How many reads at once go to each server; others wait. */
  poolSize: number;
  log?: StoreLog;
  /** Called when a server is lost: what only it had may be gone, and its ids may be given to something else. */
  onLoss: () => void;
}

/** The servers of a store, as those who read see them: all have the same, some of them later. */
export interface Nodes {
  /**
   * Reads in one snapshot, on a replica that is healthy and has replayed the log up to `position`, or else on the
   * primary. What fails because of a server is done again on another, so `work` must have no effect but its result.
   * Where there is no primary for some seconds, the newest of what can be reached is read, however old it is.
   */
  read<T>(work: (snapshot: Snapshot) => Promise<T>, position?: number): Promise<T>;
  /**
   * The same for half a minute at most, on a connection that pages are not read on. There are few of these, and `work`
   * may wait its turn for long.
   */
  stream<T>(work: (snapshot: Snapshot, client: PoolClient) => Promise<T>, position: number): Promise<T>;
  /**
   * Whether a batch is stored on the primary, and on every replica that is read from here. One that is not read from at
   * the moment will be only once it has the batch. Others that read must find the same replicas healthy as this one does.
   * Rejects with a StoreError while there is no primary.
   */
  has(batch: string): Promise<boolean>;
  usage(): ReaderUsage;
  close(): Promise<void>;
}

/** Streams at once on each server, and how long one may take. */
const STREAMS = { poolSize: 4, timeoutMs: 30_000 };

type Work<T> = (snapshot: Snapshot, client: PoolClient) => Promise<T>;

/** Where to read, and how. */
interface Wanted {
  position: number;
  streaming: boolean;
}

const STATEMENT_TIMEOUT = '57014';

/** Whether a read may fare better on another server. It does not where it only takes too long. */
function isOfServer(error: unknown): error is Error {
  const code = databaseCode(error) ?? databaseCode((error as Error).cause);
  return code === undefined ? error instanceof StoreError : code !== STATEMENT_TIMEOUT;
}

/** A read that has taken so long is not begun anew where the primary failed. */
const ANEW_MS = 5_000;

async function positionOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ position: number }>(`SELECT ${LOG_POSITION} AS position`);
  return rows[0]?.position ?? 0;
}

/** What a replica can have: the rest of the log may stay in the primary's memory for long where little is written. */
async function flushedBy(client: PoolClient): Promise<number> {
  const text = `SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS position`;
  return (await client.query<{ position: number }>(text)).rows[0]?.position ?? 0;
}

const HAS = 'SELECT EXISTS (SELECT FROM ingested_batch WHERE id = $1) AS here';

async function hasBatch(client: PoolClient, batch: string): Promise<boolean> {
  return (await client.query<{ here: boolean }>(HAS, [batch])).rows[0]?.here === true;
}

/** Opens the ways to all servers, without connecting yet. */
export function openNodes({ uris, replicas: replicaUris, log, onLoss, ...options }: NodesOptions): Nodes {
  const { maxLagMs, statementTimeoutMs: timeoutMs, poolSize } = options;
  const primary = openPrimary({ uris, max: poolSize, pipeline: true, ...(log && { log }) });
  const streaming = openPrimary({ uris, max: STREAMS.poolSize, pipeline: true });
  // However busy the others are, this one is not.
  const watch = openPrimary({ uris, max: 1 });
  const snapshotOptions = { snapshot: true, timeoutMs };

  const replicas = openReplicas({
    uris: replicaUris,
    maxLagMs,
    poolSize,
    timeoutMs,
    streams: STREAMS,
    askPrimary: () => watch.transact(flushedBy, { snapshot: true }),
    onLoss,
    log,
  });

  /** Reads from a replica. Where it fails, and not the read, it is not read from until it was found to be healthy. */
  async function readFrom<T>(
    member: Member,
    work: Work<T>,
    { position, ...options }: { position: number } & ReadOptions,
  ): Promise<T> {
    try {
      return await member.replica.read(async (client, begun) => {
        const snapshot = snapshotOf(client, begun);
        if (snapshot.position < position) throw new StoreError('broken', 'it began anew from an older state');
        member.position = Math.max(member.position, snapshot.position);
        return work(snapshot, client);
      }, options);
    } catch (error) {
      if (isOfServer(error) && error instanceof StoreError) replicas.lose(member, error);
      throw error;
    }
  }

  let lastIncarnation: string | undefined;

  /** A failover behind PgBouncer breaks no connection. */
  function notice(incarnation: string): void {
    if (incarnation !== (lastIncarnation ?? incarnation)) onLoss();
    lastIncarnation = incarnation;
  }

  async function readPrimary<T>(work: Work<T>, isStreaming: boolean): Promise<T> {
    const [way, limit] = isStreaming ? [streaming, STREAMS.timeoutMs] : [primary, timeoutMs];
    const options = { ...SNAPSHOT, timeoutMs: limit };
    try {
      return await way.transact(async (client, begun) => {
        notice(begun.incarnation);
        return work(snapshotOf(client, begun), client);
      }, options);
    } catch (error) {
      if (isOfServer(error)) onLoss();
      throw error;
    }
  }

  /** The first that does not fail because of its server. */
  async function firstOf<T>(attempts: Iterable<() => Promise<T>>): Promise<T> {
    let fault: unknown;
    for (const attempt of attempts) {
      try {
        return await attempt();
      } catch (error) {
        if (!isOfServer(error)) throw error;
        fault = error;
      }
    }
    throw fault;
  }

  /** Every way to read, from the best to the worst; each is chosen when it is its turn. */
  function* attempts<T>(
    work: Work<T>,
    { position, streaming: isStreaming }: Wanted,
  ): Generator<() => Promise<T>> {
    const start = performance.now();
    const tried = new Set<Member>();
    for (let member; (member = replicas.pick(position, tried)) !== undefined;) {
      const chosen = member;
      tried.add(chosen);
      yield () => readFrom(chosen, work, { position, streaming: isStreaming });
    }
    yield () => readPrimary(work, isStreaming);
    const rest = replicas.members.filter((member) => member.position > 0 && !tried.has(member));
    for (const member of rest.toSorted((a, b) => b.position - a.position)) {
      yield () => readFrom(member, work, { position: 0, anyRole: true, streaming: isStreaming });
    }
    if (performance.now() - start < ANEW_MS) yield () => readPrimary(work, isStreaming);
  }

  /** Whether a replica has a batch, or is not read from until it has. */
  async function isThere(member: Member, batch: string, position: number): Promise<boolean> {
    if (member.standing === 'new' || member.standing === 'away' || member.position >= position) return true;
    try {
      return await member.replica.read((client) => hasBatch(client, batch));
    } catch (error) {
      if (!isOfServer(error)) throw error;
      if (error instanceof StoreError) replicas.lose(member, error);
      return error instanceof StoreError;
    }
  }

  return {
    read: (work, position = 0) => firstOf(attempts(work, { position, streaming: false })),
    stream: (work, position) => firstOf(attempts(work, { position, streaming: true })),

    async has(batch) {
      const position = await primary.transact(
        async (client) => ((await hasBatch(client, batch)) ? positionOf(client) : undefined),
        snapshotOptions,
      );
      if (position === undefined) return false;
      // First, so that those that come back while the others are asked must have it.
      replicas.raiseFloor(position);
      const answers = replicas.members.map((member) => isThere(member, batch, position));
      return (await Promise.all(answers)).every(Boolean);
    },

    usage: () => ({
      pools: [
        primary.usage('primary'),
        streaming.usage('exports'),
        ...replicas.members.map(({ replica }) => replica.usage()),
      ],
      replicas: replicas.usage(),
    }),

    async close() {
      await Promise.all([replicas, primary, streaming, watch].map((each) => each.close()));
    },
  };
}
