import type { QueueAddress } from '@monitor-server/runtime/config';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** Where the queue writes what an operator should know. A logger of pino fits. */
export interface QueueLog {
  info(message: string): void;
  warn(message: string): void;
}

export type Client = Redis | Cluster;

/** A connection to Redis that looks for it again and again, until it is closed. */
export interface Connection {
  /** What to call this Redis in messages; no password. */
  readonly name: string;
  readonly client: Client;
  /** Whether Redis can be asked now: connected, logged in, and done with loading. */
  ready(): boolean;
  /** Why it cannot, where that is known. */
  problem(): string;
  /** Drops what has not been answered. */
  close(): void;
}

export interface ConnectionOptions {
  address: QueueAddress;
  /** Where coming and going of the connection is told; nothing is told without one. */
  log?: QueueLog | undefined;
  /**
   * `fail`: what cannot be sent now fails at once, as does what was sent when the connection broke. `wait`: both
   * wait for the connection to come back.
   */
  meanwhile: 'fail' | 'wait';
  /** Called when Redis can be reached, and whenever it can again. */
  onReady?: (() => void) | undefined;
}

/** After so long the making of a connection is given up and tried again. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * After so long without an answer a connection counts as dead: that is how a machine that vanished is told. Those who
 * wait are longer in it, since they block on the server for up to 10 s.
 */
const SILENCE_MS = { fail: 5_000, wait: 15_000 };

/** The longest pause between two attempts to connect. */
const RETRY_MS = 1_000;

/** The shortest pause between two connections that were given up because they led to a replica. */
const REPLICA_PAUSE_MS = 2_000;

const place = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What to call this Redis in messages: hosts and ports, no password. */
function redisName(address: QueueAddress): string {
  const places = address.hosts.map(place).join(', ');
  if (address.kind === 'cluster') return `the Redis Cluster at ${places}`;
  return address.kind === 'sentinel'
    ? `Redis ${address.master} of the sentinels ${places}`
    : `Redis at ${places}`;
}

function redisOptions(
  { login, tls }: QueueAddress,
  meanwhile: ConnectionOptions['meanwhile'],
): Omit<RedisOptions, 'replyMapping'> {
  let left = -REPLICA_PAUSE_MS;
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS[meanwhile],
    connectionName: 'monitor-server',
    enableOfflineQueue: meanwhile === 'wait',
    maxRetriesPerRequest: meanwhile === 'wait' ? null : 0,
    retryStrategy: (attempts) => Math.min(50 * 2 ** Math.min(attempts - 1, 10), RETRY_MS),
    // A master that became a replica keeps its connections; a new one leads to its successor.
    reconnectOnError(error) {
      if (!error.message.includes('READONLY') || performance.now() - left < REPLICA_PAUSE_MS) return false;
      left = performance.now();
      return meanwhile === 'wait' ? 2 : 1;
    },
    ...(login && { password: login.password }),
    ...(login?.user !== undefined && { username: login.user }),
    ...(tls && { tls: tls.ca === undefined ? {} : { ca: tls.ca } }),
  };
}

function createClient(address: QueueAddress, meanwhile: ConnectionOptions['meanwhile']): Client {
  const { kind } = address;
  const hosts = address.hosts.map((host) => ({ ...host }));
  const options = redisOptions(address, meanwhile);
  if (kind === 'cluster') {
    const { retryStrategy, enableOfflineQueue, ...redis } = options;
    return new Cluster(hosts, {
      redisOptions: redis,
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      // A certificate is made out to a name, which must not be replaced by its address.
      ...(options.tls && { dnsLookup: (host, callback) => callback(null, host) }),
    });
  }
  if (kind === 'server') return new Redis({ ...options, ...address.hosts[0], db: address.db });
  const { master, sentinelLogin, db } = address;
  return new Redis({
    ...options,
    sentinels: hosts,
    name: master,
    db,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    enableTLSForSentinelMode: options.tls !== undefined,
    ...(options.tls && { sentinelTLS: options.tls }),
    ...(sentinelLogin && { sentinelPassword: sentinelLogin.password }),
    ...(sentinelLogin?.user !== undefined && { sentinelUsername: sentinelLogin.user }),
  });
}

function problemOf(error: Error & { code?: string; lastNodeError?: Error }): string {
  // The failure to reach any of several addresses has a code, and no message of its own.
  return error.lastNodeError?.message ?? (error.message || (error.code ?? 'for no known reason'));
}

/**
 * Begins to connect, without waiting. The log tells once that Redis cannot be reached and once that it can again,
 * however often is tried in between.
 */
export function openConnection({ address, log, meanwhile, onReady }: ConnectionOptions): Connection {
  const name = redisName(address);
  const client = createClient(address, meanwhile);
  let state: 'new' | 'ready' | 'away' | 'closed' = 'new';
  let problem = '';

  client.on('error', (error: Error) => {
    problem = problemOf(error);
    // A sentinel that leads nowhere is told by errors only, never by a connection that closes.
    if (state === 'new') leave();
  });
  client.on('close', leave);
  client.on('ready', () => {
    if (state === 'away') log?.info(`${name} can be reached again`);
    state = 'ready';
    problem = '';
    onReady?.();
  });

  function leave(): void {
    if (state === 'away' || state === 'closed') return;
    state = 'away';
    log?.warn(`${name} cannot be reached (${problem || 'it closed the connection'}); trying again`);
  }

  return {
    name,
    client,
    ready: () => client.status === 'ready',
    problem: () => problem,
    close() {
      state = 'closed';
      client.disconnect();
    },
  };
}

/** What to say of a connection that is not ready. */
export function absence({ name, problem }: Connection): string {
  const reason = problem();
  return `there is no connection to ${name}${reason && ` (${reason})`}`;
}
