import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteAccessTokens } from '@monitor-server/store';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createHttpApp, openAccess, serveRoutes } from '../src/http/index.ts';
import { createSecret, digestOf } from '../src/index.ts';

const logger = pino({ level: 'silent' });

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Limits {
  addressLimit?: number;
  tokenLimit?: number;
  failureLimit?: number;
  trustedProxies?: string[];
  /** Whose secrets let in, by their names; without them access is open. */
  secrets?: Record<string, string>;
}

/** An application, and what it answers. */
async function openApp({ trustedProxies, secrets, ...limits }: Limits) {
  const path = join(folder, `${randomUUID()}.sqlite`);
  const tokens = createSqliteAccessTokens(path);
  for (const [name, secret] of Object.entries(secrets ?? {})) {
    const digest = digestOf(secret).toString('hex');
    await tokens.create({ name, digest, scopes: ['query', 'ingest'], createdAt: 1 });
  }
  const access = await openAccess(
    {
      access: secrets === undefined ? 'open' : 'tokens',
      database: { kind: 'sqlite', path, uri: '' },
      tokenLimit: 0,
      addressLimit: 0,
      failureLimit: 0,
      ...limits,
    },
    { logger, openCounters: () => Promise.reject(new Error('there is no queue')) },
  );
  const app = createHttpApp({ logger, timeout: 5, trustedProxies });
  await access.control(app);
  serveRoutes(
    app,
    ({ name }) => ['countMetrics', 'exportMetrics', 'createMetric', 'importRecords'].includes(name),
    async () => ({}),
  );
  return {
    ask: (path: string, remoteAddress = '10.0.0.1', headers: Record<string, string> = {}) =>
      app.inject({
        method: ['/metrics/', '/import'].includes(path) ? 'POST' : 'GET',
        url: path,
        remoteAddress,
        headers,
      }),
    async close() {
      await app.close();
      await access.close();
    },
  };
}

describe('a limit by address', () => {
  test('counts reads, exports and imports of one address together, and answers 429 beyond', async () => {
    const app = await openApp({ addressLimit: 3 });
    for (const path of ['/metrics/count', '/export/metrics', '/import']) {
      expect((await app.ask(path)).statusCode).toBe(200);
    }
    for (const path of ['/metrics/count', '/export/metrics', '/import']) {
      const answer = await app.ask(path);
      expect(answer.statusCode).toBe(429);
      expect(answer.headers['content-type']).toMatch('application/problem+json');
      expect(answer.json()).toMatchObject({ title: 'Too Many Requests', status: 429 });
      const wait = Number(answer.headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
    }
    expect((await app.ask('/metrics/count', '10.0.0.2')).statusCode).toBe(200);
    await app.close();
  });

  test('never counts posts of results', async () => {
    const app = await openApp({ addressLimit: 1 });
    await app.ask('/metrics/count');
    for (let posts = 0; posts < 50; posts++) expect((await app.ask('/metrics/')).statusCode).toBe(200);
    await app.close();
  });

  test('takes the word of proxies that are trusted, and of nobody else', async () => {
    const forwarded = { 'x-forwarded-for': '192.0.2.1' };
    const behind = await openApp({ addressLimit: 1, trustedProxies: ['10.0.0.0/8'] });
    const asked = (from: string, client: string) =>
      behind.ask('/metrics/count', from, { 'x-forwarded-for': client });
    expect((await asked('10.1.2.3', '192.0.2.1')).statusCode).toBe(200);
    expect((await asked('10.1.2.3', '192.0.2.2')).statusCode).toBe(200);
    expect((await asked('10.9.9.9', '192.0.2.1')).statusCode).toBe(429);
    // One that is no proxy of ours cannot pass for somebody else.
    expect((await asked('198.51.100.1', '192.0.2.3')).statusCode).toBe(200);
    expect((await asked('198.51.100.1', '192.0.2.4')).statusCode).toBe(429);
    await behind.close();
    const direct = await openApp({ addressLimit: 1 });
    expect((await direct.ask('/metrics/count', '10.0.0.1', forwarded)).statusCode).toBe(200);
    expect((await direct.ask('/metrics/count', '10.0.0.2', forwarded)).statusCode).toBe(200);
    expect((await direct.ask('/metrics/count', '10.0.0.2')).statusCode).toBe(429);
    await direct.close();
  });
});

describe('a limit by token', () => {
  test('counts each token for itself, wherever its requests come from', async () => {
    const secrets = { one: createSecret(), other: createSecret() };
    const app = await openApp({ tokenLimit: 2, secrets });
    const ask = async (name: 'one' | 'other', address: string): Promise<number> =>
      (await app.ask('/metrics/count', address, { authorization: `Bearer ${secrets[name]}` })).statusCode;
    expect([await ask('one', '10.0.0.1'), await ask('one', '10.0.0.2')]).toEqual([200, 200]);
    expect(await ask('one', '10.0.0.3')).toBe(429);
    expect(await ask('other', '10.0.0.3')).toBe(200);
    await app.close();
  });
});

describe('a limit of failed logins', () => {
  test('answers 429 to tokens that are none, and lets those of the same address in that are good', async () => {
    const secrets = { good: createSecret() };
    const app = await openApp({ failureLimit: 3, secrets });
    const ask = async (secret: string | undefined, path = '/metrics/count'): Promise<number> =>
      (await app.ask(path, '10.0.0.1', secret === undefined ? {} : { authorization: `Bearer ${secret}` }))
        .statusCode;
    const failures = [];
    for (let tries = 0; tries < 5; tries++) failures.push(await ask(createSecret()));
    expect(failures).toEqual([401, 401, 401, 429, 429]);
    expect(await ask(secrets.good)).toBe(200);
    // Who sends none is asked for one, and who posts results is told what is wrong with it.
    expect([await ask(undefined), await ask(createSecret(), '/metrics/')]).toEqual([401, 401]);
    await app.close();
  });
});
