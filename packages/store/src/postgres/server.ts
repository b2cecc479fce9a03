import { Client, Pool, types, type CustomTypesConfig } from 'pg';
import type { PoolUsage } from '../store.ts';

/** How long the making of a connection may take. */
const CONNECT_TIMEOUT_MS = 2_000;

const BIGINT: number = types.builtins.INT8;

/** All of our bigints are ids, counts and microseconds, which doubles hold exactly. */
const plainNumbers: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === BIGINT ? Number : types.getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
};

export interface ServerOptions {
  /** How many connections at most. */
  max: number;
  applicationName?: string;
  /** Sends queries without waiting for the answers of those before; excludes cursors and streams. */
  pipeline?: boolean;
}

/** One PostgreSQL server, and the connections to it. */
export interface Server {
  /** Host, port and database; no password. */
  readonly name: string;
  readonly pool: Pool;
}

function ignore(): void {}

/**
 * Opens the way to one server, without connecting yet. Nothing is set on a connection that PgBouncer would refuse, or
 * lose in transaction mode. Bigints are read as numbers.
 */
export function openServer(uri: string, options: ServerOptions): Server {
  const { max, applicationName = 'monitor-server', pipeline = false } = options;
  const pool = new Pool({
    connectionString: uri,
    max,
    pipeline,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: plainNumbers,
  });
  // An idle connection that breaks has nobody to tell: whoever needs one next gets another. One that is in use fails the
  // queries that wait for it; without a listener of its own, at any moment, it would end the process besides.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  const { host, port, database } = new Client({ connectionString: uri });
  return { name: `${host}:${port}/${database}`, pool };
}

/** How busy the connections to some servers are, of which `waiting` reads wait. */
export function usageOf(name: string, servers: readonly Server[], waiting: number): PoolUsage {
  const sum = (count: (pool: Pool) => number) => servers.reduce((total, { pool }) => total + count(pool), 0);
  const idle = sum((pool) => pool.idleCount);
  return { name, used: sum((pool) => pool.totalCount) - idle, idle, waiting };
}
