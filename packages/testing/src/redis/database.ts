import type { Redis as Client } from 'ioredis';
import { ask } from '../servers/guard-client.ts';
import { currentRun } from '../servers/run.ts';
import { withClient } from './client.ts';

export type RedisDatabase = {
  uri: string;
  /** Empties the database and gives its number back. */
  close: () => Promise<void>;
};

/** Database 0 holds, for each number that is in use, the run that uses it. */
const claims = 'monitor-server-tests';

const claim = async (client: Client, run: string): Promise<number> => {
  const [, databases] = (await client.config('GET', 'databases')) as [string, string];
  const start = await client.hincrby(claims, 'next', 1);
  for (let tries = 0; tries < Number(databases) - 1; tries++) {
    const number = 1 + ((start + tries) % (Number(databases) - 1));
    if ((await client.hsetnx(claims, String(number), run)) === 1) return number;
  }
  throw new Error(`all ${databases} databases of the Redis server of the tests are in use`);
};

/** Empties the databases a run has not given back. */
export const releaseAll = (uri: string, run: string): Promise<void> =>
  withClient(uri, async (client) => {
    for (const [number, owner] of Object.entries(await client.hgetall(claims))) {
      if (owner === run && number !== 'next') await release(client, Number(number));
    }
  });

const release = async (client: Client, number: number): Promise<void> => {
  await client.select(number);
  await client.flushdb();
  await client.select(0);
  await client.hdel(claims, String(number));
};

/**
 * An empty database of the Redis that all tests of a run share, told from others by its number. The server keeps
 * every write before it answers and evicts nothing. What concerns a whole server (its configuration, memory,
 * `FLUSHALL`, stopping it) needs `startRedis`.
 */
export const openRedis = async (): Promise<RedisDatabase> => {
  const shared = await ask('/redis');
  const number = await withClient(shared.uri, (client) => claim(client, currentRun().id));
  const uri = new URL(shared.uri);
  uri.pathname = `/${number}`;
  return {
    uri: uri.href,
    close: () => withClient(shared.uri, (client) => release(client, number)),
  };
};
