import {
  createClient,
  openPostgres,
  openRedis,
  runs as usualRuns,
  startPgbouncer,
  startServer,
  type Client,
  type Server,
  type ServerOptions,
} from '@monitor-server/testing';
import { afterAll, expect } from 'vitest';

export type Standalone = { server: Server; api: Client };

/** What the server stores in, and by way of what: the suite is run once with each. */
type Backend = 'sqlite' | 'postgres' | 'pipeline';

const backend = (process.env['MONITOR_SERVER_TEST_BACKEND'] ?? 'sqlite') as Backend;

/** How often a property is tried: what is arbitrary is mostly what stands before the store, which is the same for all. */
export const runs = (withSqlite: number): number =>
  usualRuns(backend === 'sqlite' ? withSqlite / 3 : withSqlite / 18);

/** So many with SQLite, where it says what one process bears, and with the others so many that many meet there. */
export const crowd = (withSqlite: number): number => (backend === 'sqlite' ? withSqlite : withSqlite / 4);

type Place = { env: Record<string, string>; close: () => Promise<unknown> };

/** Databases of this server's own, empty. */
const openPlace = async (): Promise<Place> => {
  if (backend === 'sqlite') return { env: {}, close: () => Promise.resolve() };
  const postgres = await openPostgres();
  const isPooled = process.env['MONITOR_SERVER_TEST_PGBOUNCER'] !== undefined;
  const pgbouncer = isPooled ? await startPgbouncer({ uri: postgres.uri }) : undefined;
  const redis = backend === 'pipeline' ? await openRedis() : undefined;
  return {
    env: {
      MONITOR_SERVER_DATABASE_URI: pgbouncer?.uri ?? postgres.uri,
      ...(redis && { MONITOR_SERVER_QUEUE_URI: redis.uri }),
    },
    close: async () => {
      await pgbouncer?.close();
      await Promise.all([postgres.close(), redis?.close()]);
    },
  };
};

/** A server of this file's own, empty, that ends with the file, and well. */
export const standalone = async (options: Omit<ServerOptions, 'entry'> = {}): Promise<Standalone> => {
  const { env, close } = await openPlace();
  const entry = new URL('../../src/main.ts', import.meta.url);
  const server = await startServer({ entry, ...options, env: { ...env, ...options.env } });
  const api = createClient(server.base);
  afterAll(async () => {
    api.close();
    const code = await server.stop();
    await close();
    expect({ code, output: server.output() }).toMatchObject({ code: 0 });
  });
  return { server, api };
};
