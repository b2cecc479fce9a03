import { startRedis, type Redis } from '@monitor-server/testing';
import { afterAll, expect, test } from 'vitest';
import { checkRedis } from '../src/pipeline.ts';
import { addressOf } from './bullmq.ts';
import { programOf } from './sentinel.ts';

const patient = { timeout: 20_000 };

const servers: Redis[] = [];
afterAll(() => Promise.all(servers.map(({ close }) => close())));

async function start(...args: string[]): Promise<Redis> {
  const redis = await startRedis({ args });
  servers.push(redis);
  return redis;
}

async function check(redis: Redis, options = ''): Promise<string[]> {
  return await checkRedis(addressOf(`${redis.uri}${options}`));
}

test('there is nothing to tell where every write is synced and nothing evicted', async () => {
  const redis = await start();
  expect(await check(redis)).toEqual([]);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '100mb');
  await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
  expect(await check(redis)).toEqual([]);
});

test.each([
  [['--appendonly', 'no'], /lost when it ends; set appendonly to yes$/],
  [['--appendfsync', 'everysec'], /last two seconds .* set appendfsync to always$/],
  [['--appendfsync', 'no'], /half minute .* set appendfsync to always$/],
  [['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], /set maxmemory-policy to noeviction/],
  [['--rename-command', 'CONFIG', ''], /does not tell when .* cannot be checked/],
  [['--replicaof', '127.0.0.1', '1'], /is a replica, which accepts nothing/],
])('%j is told', async (args, sentence) => {
  const redis = await start(...args);
  const name = `Redis at 127.0.0.1:${redis.port} `;
  const problems = await check(redis);
  expect(problems).toEqual([expect.stringMatching(sentence)]);
  expect(problems[0]?.startsWith(name)).toBe(true);
});

test('a failover can lose what no replica is waited for', async ({ skip }) => {
  const master = await start('--repl-diskless-sync-delay', '0');
  if ((await programOf(master)) === undefined) skip('it needs redis-server on this machine');
  expect(await check(master, '?replicas=1')).toEqual([expect.stringMatching(/has 0 replicas, and 1 must/)]);
  await start('--replicaof', '127.0.0.1', String(master.port));
  await expect
    .poll(() => check(master))
    .toEqual([expect.stringMatching(/when a replica takes over.*replicas=1/)]);
  await expect.poll(() => check(master, '?replicas=1'), patient).toEqual([]);
});

test('a user who may not ask, and a Redis that is away, are told, without the password', async () => {
  const redis = await start();
  await redis.cli('ACL', 'SETUSER', 'blind', 'on', '>hunter2', '~*', '+@all', '-info', '-config');
  const blind = addressOf(`redis://blind:hunter2@127.0.0.1:${redis.port}`);
  expect(await checkRedis(blind)).toEqual([expect.stringMatching(/cannot be checked .*NOPERM/)]);
  const wrong = addressOf(`redis://blind:hunter3@127.0.0.1:${redis.port}`);
  const [refused = ''] = await checkRedis(wrong);
  expect(refused).toMatch(/cannot be checked .*WRONGPASS/);
  expect(refused).not.toContain('hunter');
  await redis.kill();
  expect(await check(redis)).toEqual([expect.stringMatching(/cannot be checked .*ECONNREFUSED/)]);
});
