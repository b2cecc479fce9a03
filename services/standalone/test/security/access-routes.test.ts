import { readFileSync } from 'node:fs';
import { pathOf, routes, type Parameters, type Route } from '@monitor-server/contract';
import { build, context, metric, request, session } from '@monitor-server/testing';
import { describe, expect, test } from 'vitest';
import { openGuarded, type Who } from './guarded.ts';

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

/** What pytest-monitor posts with four workers, and what it was answered by a server without tokens. */
const recorded = readFileSync(new URL('../contract/fixtures/xdist4-gitlab.ndjson', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map(
    (line) =>
      JSON.parse(line) as {
        method: string;
        path: string;
        content_type: string | null;
        user_agent: string;
        body: unknown;
        expect_status: number;
      },
  );

/** What the table of routes has to say, told in another way. */
function mayBeUsedBy(who: Who, { method, name }: Route): boolean {
  if (['readDocs', 'readOpenapi', 'readLanding'].includes(name)) return true;
  if (who === 'admin' || who === 'both') return true;
  if (who === 'query') return method === 'GET';
  return who === 'ingest' && (method === 'POST' || name === 'findContexts');
}

/** Those whose token is none, or good for nothing. */
const refused = [undefined, 'unknown', 'expired', 'revoked'] as const;

describe.each(['SQLite', 'PostgreSQL'] as const)('a route of a server with %s', async (store) => {
  const { server, client, secrets, bearer, basic } = await openGuarded(store);

  /** A request to a route that would be answered well by a server that is open. */
  function call(route: Route, headers: Record<string, string>, method: string = route.method) {
    const path = pathOf(route, parameters).replace(/^\/api\/v1/, '');
    const body = method === 'POST' ? { body: JSON.stringify(bodies[route.answer]?.()) } : {};
    const type = route.answer === 'import' ? 'application/x-ndjson' : 'application/json';
    return client.call(path, { method, headers: { 'content-type': type, ...headers }, ...body });
  }

  async function counts(): Promise<unknown> {
    const { text } = await client.call('/', { headers: bearer('admin') });
    const { json } = await client.call('/metrics/count', { headers: bearer('query') });
    return [json.count, /<dl>.*<\/dl>/s.exec(text)?.[0]];
  }

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

  test('opens to pytest-monitor as it is, whose token stands before the host of its URL', async () => {
    for (const { method, path, content_type: type, user_agent: agent, body, expect_status } of recorded) {
      const { status, text } = await request(server.base, path, {
        method,
        headers: {
          'user-agent': agent,
          ...basic(`ci:${secrets.ingest}`),
          ...(type !== null && { 'content-type': type }),
        },
        ...(body !== null && { body: JSON.stringify(body) }),
      });
      expect(status, `${method} ${path}: ${text}`).toBe(expect_status);
    }
  });
});
