import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createHttpApp, openAccess, serveRoutes } from '../src/index.ts';

const logger = pino({ level: 'silent' });

interface Limits {
  addressLimit?: number;
  trustedProxies?: string[];
}

/** An application that is open to all, and what it answers. */
async function openApp({ addressLimit = 0, trustedProxies }: Limits) {
  const access = await openAccess(
    {
      access: 'open',
      database: { kind: 'sqlite', path: '/nowhere', uri: '' },
      tokenLimit: 1,
      addressLimit,
      failureLimit: 0,
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
