import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis, type Postgres, type Redis } from '@monitor-server/testing';
import { openProxy, type Proxy } from './proxy.ts';

/** With Redis between ingest and workers, or with ingest writing into Postgres itself. */
export type Kind = 'redis' | 'direct';

/** What ingest hands its batches to: Redis, or Postgres itself. */
export interface Sink {
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

export interface BackendOptions {
  kind: Kind;
  /** Whether services that write reach Redis and Postgres through proxies. */
  isProxied?: boolean;
  /** The spool's folder, if it is to be a certain one. */
  spool?: string;
}

/** What the services of a production pipeline run on: a Postgres, a Redis and a folder of their own. */
export interface Backends {
  postgres: Postgres;
  /** Undefined without Redis. */
  redis: Redis | undefined;
  sink: Sink;
  /** The folder of the spool. */
  spool: string;
  /** Of logs and whatever else. */
  folder: string;
  /** The settings of services that read only. */
  reading: Record<string, string>;
  /** The settings of services that write. */
  writing: Record<string, string>;
  /**
   * Breaks every connection of the latter to Redis and Postgres, after so many milliseconds in which answers are lost;
   * resolves with how many there were.
   */
  resetConnections: (deafMilliseconds: number) => Promise<number>;
  /** All that Postgres has logged. */
  postgresLog: () => string;
  /** Ends all of it. The folder stays if it is of interest, and is given then. */
  close: (isOfInterest: boolean) => Promise<string | undefined>;
}

const postgresSettings = {
  max_connections: 300,
  logging_collector: true,
  log_directory: 'log',
  log_filename: 'postgres.log',
};

/** The same server, by way of the proxy. */
const detour = (uri: string, proxy: Proxy | undefined): string => {
  if (!proxy) return uri;
  const located = new URL(uri);
  located.port = String(proxy.port);
  return located.href;
};

export const openBackends = async ({ kind, isProxied = false, spool }: BackendOptions): Promise<Backends> => {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-server-e2e-'));
  const spoolFolder = spool ?? join(folder, 'spool');
  mkdirSync(spoolFolder, { recursive: true });
  const postgres = await startPostgres({ settings: postgresSettings });
  const redis = kind === 'redis' ? await startRedis() : undefined;
  const postgresProxy = isProxied ? await openProxy(postgres.port) : undefined;
  const redisProxy = isProxied && redis ? await openProxy(redis.port) : undefined;
  const proxies = [postgresProxy, redisProxy].filter((proxy) => proxy !== undefined);
  const common = {
    MONITOR_SERVER_HOST: '127.0.0.1',
    MONITOR_SERVER_SPOOL: spoolFolder,
  };
  return {
    postgres,
    redis,
    sink: redis ?? { stop: () => postgres.stop('fast'), start: postgres.start },
    spool: spoolFolder,
    folder,
    reading: { ...common, MONITOR_SERVER_DATABASE_URI: postgres.uri() },
    writing: {
      ...common,
      MONITOR_SERVER_DATABASE_URI: detour(postgres.uri(), postgresProxy),
      ...(redis && { MONITOR_SERVER_QUEUE_URI: detour(redis.uri, redisProxy) }),
    },
    resetConnections: async (deafMilliseconds) => {
      const counts = await Promise.all(proxies.map(({ reset }) => reset(deafMilliseconds)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    postgresLog: () => readFileSync(join(postgres.folder, 'log/postgres.log'), 'utf8'),
    close: async (isOfInterest) => {
      await Promise.all(proxies.map(({ close }) => close()));
      await redis?.close();
      await postgres.close();
      if (isOfInterest) return folder;
      rmSync(folder, { recursive: true, force: true });
      return undefined;
    },
  };
};
