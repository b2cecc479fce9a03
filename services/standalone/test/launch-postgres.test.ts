import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, metric, openPostgres, openRedis, startPostgres } from '@monitor-server/testing';
import { expect, test } from 'vitest';
import { folder, freePort } from './launcher.ts';

const { path: here, launch, command } = folder();

test('a database that does not exist is refused with one line, without the password', async () => {
  const { uri, close } = await openPostgres();
  const absent = new URL(uri);
  absent.pathname = '/absent';
  absent.password = 'hunter2';
  const { code, out, err } = await launch(['-u', absent.href, '-p', '0']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^-u "postgresql:[^\n]*": PostgreSQL at [^\n]*"absent" does not exist\n$/);
  expect(err).not.toContain('hunter2');
  await close();
});

test(
  'the whole pipeline starts with one command, and says what it is made of',
  { timeout: 60_000 },
  async () => {
    const [postgres, redis, port] = [await openPostgres(), await openRedis(), await freePort()];
    const env = { MONITOR_SERVER_QUEUE_URI: redis.uri };
    const { code, out, err } = await launch(['-u', postgres.uri, '-p', `${port}`], { env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/queue +redis:\/\/\S+ +\(MONITOR_SERVER_QUEUE_URI\)/);
    const api = createClient(`http://127.0.0.1:${port}`);
    const { status, headers } = await api.post('/metrics/', metric(), { prefer: 'wait=20' });
    expect([status, headers['preference-applied']]).toEqual([201, 'wait']);
    expect((await api.get('/metrics/count')).json).toEqual({ count: 1 });
    api.close();
    expect(await command(['-k', '-p', `${port}`])).toMatchObject({ code: 0 });
    await Promise.all([postgres.close(), redis.close()]);
  },
);

test(
  'posts are accepted while PostgreSQL is away, and stored when it is back',
  { timeout: 90_000 },
  async () => {
    const [postgres, port] = [await startPostgres(), await freePort()];
    await postgres.stop('fast');
    const { code } = await launch(['-u', postgres.uri(), '-p', `${port}`]);
    expect(code).toBe(0);
    const api = createClient(`http://127.0.0.1:${port}`);
    const metrics = Array.from({ length: 5 }, () => metric());
    await api.store('/metrics/', metrics);
    expect(readdirSync(here).filter((name) => name.startsWith('monitor-spool-'))).not.toEqual([]);
    expect(await api.get('/metrics/count')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    await postgres.start();
    let answer = await api.get('/metrics/count');
    for (let tries = 0; tries < 200 && answer.json?.count !== metrics.length; tries++) {
      await sleep(100);
      answer = await api.get('/metrics/count');
    }
    expect(answer.json).toEqual({ count: metrics.length });
    expect(new Set((await api.get('/metrics/')).json.metrics.map(({ session_h }) => session_h))).toEqual(
      new Set(metrics.map(({ session_h }) => session_h)),
    );
    api.close();
    expect(await command(['-k', '-p', `${port}`])).toMatchObject({ code: 0 });
    await postgres.close();
  },
);
