import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf, routes, type Parameters, type Route, type Scope } from '@monitor-server/contract';
import { createSecret, digestOf } from '@monitor-server/runtime';
import { createSqliteAccessTokens, type NewAccessToken } from '@monitor-server/store';
import { build, context, createClient, metric, request, session, startServer } from '@monitor-server/testing';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'standalone-access-'));
const tokens = createSqliteAccessTokens(join(folder, 'monitor.sqlite'));

async function issue(name: string, scopes: Scope[], rest: Partial<NewAccessToken> = {}): Promise<string> {
  const secret = createSecret();
  const digest = digestOf(secret).toString('hex');
  await tokens.create({ name, digest, scopes, createdAt: Date.now(), ...rest });
  return secret;
}

const secrets = {
  ingest: await issue('ingest', ['ingest']),
  query: await issue('query', ['query']),
  admin: await issue('admin', ['admin']),
  both: await issue('both', ['ingest', 'query']),
  expired: await issue('expired', ['admin'], { expiresAt: Date.now() - 1 }),
  revoked: await issue('revoked', ['admin']),
  unknown: createSecret(),
};
await tokens.revoke('revoked', Date.now());

const server = await startServer({
  entry: new URL('../../src/main.ts', import.meta.url),
  folder,
  env: { MONITOR_SERVER_ACCESS: 'tokens', MONITOR_SERVER_FAILURE_LIMIT: '0' },
});
const client = createClient(server.base);

afterAll(async () => {
  client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

type Who = keyof typeof secrets;

const bearer = (who: Who): Record<string, string> => ({ authorization: `Bearer ${secrets[who]}` });

const seeded = { session: session({ description: build('main', '1') }), context: context() };
const marker = 'seeded_by_the_test';
const seed = metric({
  session_h: seeded.session.session_h,
  context_h: seeded.context.h,
  component: marker,
  item: marker,
});

const parameters: Parameters = {
  session: seeded.session.session_h,
  context: seeded.context.h,
  item: marker,
  variant: marker,
  itemLike: marker,
  variantLike: marker,
  component: marker,
  pipeline: 'main',
  build: '1',
  kind: 'function',
  scm: 'a',
  prefix: 'a',
  resource: 'memory',
  n: '3',
};

const bodies: Partial<Record<Route['answer'], () => unknown>> = {
  metric: () => metric(),
  session,
  context,
  import: () => ({ type: 'metric', ...metric() }),
};

/** A request to a route that would be answered well by a server that is open. */
function call(route: Route, headers: Record<string, string>, method: string = route.method) {
  const path = pathOf(route, parameters).replace(/^\/api\/v1/, '');
  const body = method === 'POST' ? { body: JSON.stringify(bodies[route.answer]?.()) } : {};
  const type = route.answer === 'import' ? 'application/x-ndjson' : 'application/json';
  return client.call(path, { method, headers: { 'content-type': type, ...headers }, ...body });
}

/** What the table of routes has to say, told in another way. */
function mayBeUsedBy(who: Who, { method, name }: Route): boolean {
  if (['readDocs', 'readOpenapi', 'readLanding'].includes(name)) return true;
  if (who === 'admin' || who === 'both') return true;
  if (who === 'query') return method === 'GET';
  return who === 'ingest' && (method === 'POST' || name === 'findContexts');
}

async function counts(): Promise<unknown> {
  const { text } = await client.call('/', { headers: bearer('admin') });
  const { json } = await client.call('/metrics/count', { headers: bearer('query') });
  return [json.count, /<dl>.*<\/dl>/s.exec(text)?.[0]];
}

describe('before anything else', () => {
  test('what there is to read is stored', async () => {
    for (const [path, body] of [
      ['/sessions/', seeded.session],
      ['/contexts/', seeded.context],
      ['/metrics/', seed],
    ] as const) {
      expect((await client.post(path, body, bearer('ingest'))).status).toBe(201);
    }
    expect((await client.call('/metrics/', { headers: bearer('query') })).text).toContain(marker);
  });
});

describe('a route', () => {
  const refused = [undefined, 'unknown', 'expired', 'revoked'] as const;

  test.each(routes.map((route) => [route.name, route] as const))(
    '%s opens to its scopes',
    async (_, route) => {
      for (const who of ['ingest', 'query', 'both', 'admin'] as const) {
        const { status, json, headers } = await call(route, bearer(who));
        const expected = mayBeUsedBy(who, route)
          ? route.method === 'POST'
            ? [200, 201]
            : [200, 204]
          : [403];
        expect([who, expected.includes(status), status]).toEqual([who, true, status]);
        if (status !== 403) continue;
        expect(json).toMatchObject({ title: 'Forbidden', status: 403 });
        expect(headers['content-type']).toMatch('application/problem+json');
        expect(headers['www-authenticate']).toMatch('insufficient_scope');
      }
    },
  );

  test('shows nothing to who has no token, or one that is good for nothing', async () => {
    const before = await counts();
    for (const route of routes.filter(({ name }) => !name.startsWith('read'))) {
      for (const who of refused) {
        const headers = who === undefined ? {} : bearer(who);
        const methods = route.method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
        for (const method of methods) {
          const answer = await call(route, headers, method);
          expect([route.name, who, method, answer.status]).toEqual([route.name, who, method, 401]);
          expect(answer.headers['www-authenticate']).toMatch(/Basic realm="monitor-server".*Bearer/);
          expect(answer.headers['content-type']).toMatch('application/problem+json');
          expect(answer.text).not.toContain(marker);
          const { title } = method === 'HEAD' ? { title: 'Unauthorized' } : answer.json;
          expect(title).toBe('Unauthorized');
        }
      }
    }
    expect(await counts()).toEqual(before);
  });

  test('changes nothing for who may only read', async () => {
    const before = await counts();
    for (const route of routes.filter(({ method }) => method === 'POST')) {
      expect((await call(route, bearer('query'))).status).toBe(403);
    }
    expect(await counts()).toEqual(before);
  });

  test('is guarded in every spelling of its path', async () => {
    const spellings = routes
      .filter(({ name }) => !name.startsWith('read'))
      .flatMap(({ method, path, also = [] }) => [path, ...also].map((each) => ({ method, path: each })))
      .flatMap(({ method, path }) => {
        const plain = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          name === 'resource' ? 'memory' : `${name}1`,
        );
        return [
          plain,
          `/api/v1${plain}`,
          `/api/v1/api/v1${plain}`,
          `//api//v1${plain}/`,
          `${plain}?page=1`,
        ].map((spelled) => ({ method, spelled }));
      });
    const open: string[] = [];
    for (const { method, spelled } of spellings) {
      const { status } = await request(server.base, spelled, {
        method,
        ...(method === 'POST' && { body: '{}' }),
      });
      if (status !== 401) open.push(`${method} ${spelled} ${status}`);
    }
    expect(open).toEqual([]);
  });
});

describe('a token', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  test('may be the password of any user, or the user', async () => {
    for (const text of [
      `ci:${secrets.query}`,
      `:${secrets.query}`,
      `a b:${secrets.query}`,
      `${secrets.query}:`,
    ]) {
      expect((await client.call('/metrics/count', { headers: basic(text) })).status).toBe(200);
    }
    for (const text of [`${secrets.query}:x`, 'ci:', ':', `ci:${secrets.query}x`]) {
      expect((await client.call('/metrics/count', { headers: basic(text) })).status).toBe(401);
    }
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer null',
    'Basic',
    'Basic !!!!',
    'Negotiate abc',
    `Bearer ${'x'.repeat(10_000)}`,
    "Bearer ' OR 1=1 --",
    'Bearer __proto__',
  ])('is not %s', async (authorization) => {
    expect((await client.call('/metrics/count', { headers: { authorization } })).status).toBe(401);
  });

  test('that expired or was revoked is told so', async () => {
    for (const who of ['expired', 'revoked'] as const) {
      const { json } = await client.call('/metrics/count', { headers: bearer(who) });
      expect(json.detail).toMatch(who);
    }
  });

  test('in the query is none', async () => {
    const path = `/metrics/count?access_token=${secrets.admin}&token=${secrets.admin}`;
    expect((await client.get(path)).status).toBe(401);
  });
});

describe('what is open', () => {
  test('is the reference, and the start page without its numbers', async () => {
    for (const path of ['/docs', '/openapi.json', '/docs?asset=docs.js', '/-/healthy']) {
      expect([path, (await request(server.base, path)).status]).toEqual([path, 200]);
    }
    const numbers = /<dl>/;
    const { text } = await request(server.base, '/');
    expect(text).not.toMatch(numbers);
    expect(text).toContain('ci:TOKEN@');
    expect((await request(server.base, '/', { headers: bearer('query') })).text).toMatch(numbers);
    for (const who of ['ingest', 'expired'] as const) {
      expect((await request(server.base, '/', { headers: bearer(who) })).text).not.toMatch(numbers);
    }
  });

  test('is nothing to other origins', async () => {
    const headers = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };
    for (const [method, path] of [
      ['OPTIONS', '/metrics/'],
      ['GET', '/metrics/count'],
    ] as const) {
      const answer = await client.call(path, { method, headers: { ...headers, ...bearer('query') } });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('in the end', () => {
  test('the last use of every token is noted, and its secret was never written down', async () => {
    expect(await server.stop()).toBe(0);
    const used = (await tokens.list()).filter(({ lastUsedAt }) => lastUsedAt !== undefined);
    expect(used.map(({ name }) => name)).toEqual(['admin', 'both', 'ingest', 'query']);
    for (const secret of Object.values(secrets)) expect(server.output()).not.toContain(secret.slice(4));
  });
});
