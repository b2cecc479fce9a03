import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { openPostgres, openRedis } from '../src/index.ts';

type Given = { postgres: string; redis: string; own: string[]; prepared: number[] };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Nothing of this run's environment, so that it is a run of its own unless `env` says whose. */
const start = (args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
};

const participant = fileURLToPath(new URL('participant.ts', import.meta.url));

const said = async (child: ChildProcess): Promise<Given> => {
  if (child.stdout === null) throw new Error('its output is not read');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as Given;
};

const listens = (uri: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(uri);
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

test('processes of a run share its servers, which end with the run when it is killed', async () => {
  const run = start(['--eval', 'setInterval(() => undefined, 60_000)']);
  const env = { MONITOR_SERVER_TEST_RUN: String(run.pid) };
  const [first, second] = await Promise.all([
    said(start([participant, 'own'], env)),
    said(start([participant], env)),
  ]);

  expect(new URL(second.postgres).host).toBe(new URL(first.postgres).host);
  expect(new URL(second.redis).host).toBe(new URL(first.redis).host);
  expect(second.postgres).not.toBe(first.postgres);
  expect(second.redis).not.toBe(first.redis);
  expect(first.prepared).toHaveLength(1);
  expect(second.prepared).toEqual(first.prepared);

  const all = [first.postgres, first.redis, ...first.own];
  expect(await Promise.all(all.map(listens))).toEqual([true, true, true, true]);
  run.kill('SIGKILL');
  await vi.waitFor(async () => {
    expect(await Promise.all(all.map(listens))).toEqual([false, false, false, false]);
  }, 10_000);
});

test('a run on servers of others leaves nothing there when it is killed', async () => {
  const [postgres, redis] = [await openPostgres(), await openRedis()];
  const root = (uri: string) => Object.assign(new URL(uri), { pathname: '' }).href;
  const server = Object.assign(new URL(postgres.uri), { pathname: '/postgres' }).href;
  const guest = start([participant], {
    MONITOR_SERVER_TEST_POSTGRES_URI: server,
    MONITOR_SERVER_TEST_REDIS_URI: root(redis.uri),
  });
  const given = await said(guest);
  expect(new URL(given.postgres).host).toBe(new URL(server).host);
  expect(new URL(given.redis).host).toBe(new URL(redis.uri).host);

  const admin = new Client({ connectionString: server });
  await admin.connect();
  const databases = async (): Promise<unknown[]> => {
    const sql = 'SELECT FROM pg_database WHERE starts_with(datname, $1)';
    return (await admin.query(sql, [new URL(given.postgres).pathname.slice(1, 24)])).rows;
  };
  const client = new Redis(given.redis);
  await client.set('left', 'behind');
  expect(await databases()).toHaveLength(2);
  guest.kill('SIGKILL');
  await vi.waitFor(async () => {
    expect(await databases()).toEqual([]);
    expect(await client.dbsize()).toBe(0);
  }, 10_000);
  client.disconnect();
  await admin.end();
  await Promise.all([postgres.close(), redis.close()]);
});

test('where nothing can be had, the error says what is needed and what was tried', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    process.stdout.write(JSON.stringify(await startPostgres({ version: 99 }).then(() => '', String)) + '\\n');
  `;
  const child = start(['--input-type=module', '--eval', script], { PATH: '/nonexistent' });
  const message: unknown = await said(child);
  expect(message).toContain('the tests need the programs of PostgreSQL 99. Install');
  for (const source of ['PATH and the usual folders: none', 'npm: no package for PostgreSQL 99', 'apt-get']) {
    expect(message).toContain(source);
  }
});
