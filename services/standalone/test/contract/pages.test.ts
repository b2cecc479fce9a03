import { metric, request, session } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone();

type OpenApi = {
  openapi: string;
  info: { title: string; version: string };
  servers?: { url: string }[];
  paths: Record<string, Record<string, unknown>>;
};

const get = <T>(path: string) => request<T>(server.base, path);

/** Everything a browser would load for a page; what a reader may click on is not among it. */
const loaded = (html: string): string[] =>
  [
    ...html.matchAll(/<(?:script|img|iframe|source)\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)/gi),
    ...html.matchAll(/<link\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)/gi),
    ...html.matchAll(/url\(\s*["']?([^"')\s]+)/gi),
    ...html.matchAll(/@import\s+["']([^"']+)/gi),
    ...html.matchAll(/\bimport\s*\(?\s*["']([^"']+)/g),
  ].map(([, url = '']) => url);

const isElsewhere = (url: string): boolean => /^(?:[a-z]+:)?\/\//i.test(url) && !url.startsWith(server.base);

describe('pages', () => {
  it.each(['/', '/index.html', '/docs', '/docs/', '/api/v1/docs', '/api/v1/docs/', '/api/v1/api/v1/docs'])(
    '%s is one, and loads nothing from elsewhere',
    async (path) => {
      const { status, headers, text } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch('text/html');
      expect(text).toMatch(/<!doctype html>/i);
      for (const url of loaded(text).filter((url) => !url.startsWith('data:') && !url.startsWith('#'))) {
        expect([url, isElsewhere(url)]).toEqual([url, false]);
        const { pathname, search } = new URL(url, `${server.base}${path}`);
        expect([url, (await get(`${pathname}${search}`)).status]).toEqual([url, 200]);
      }
    },
  );

  it('the landing page shows what is stored, and how to point pytest here', async () => {
    await api.store(
      '/sessions/',
      Array.from({ length: 29 }, () => session()),
    );
    await api.store(
      '/metrics/',
      Array.from({ length: 137 }, () => metric()),
    );
    await api.arrived({ metrics: 137, sessions: 29 });
    const { text } = await get('/');
    expect(text).toContain('/api/v1/docs');
    const shown = text.replaceAll(/<(style|script)\b.*?<\/\1>|<[^>]*>/gs, ' ');
    for (const part of ['137', '29', '--remote-server', server.base]) expect(shown).toContain(part);
  });

  it('answer HEAD, and name their methods', async () => {
    for (const path of ['/', '/docs', '/openapi.json']) {
      const head = await request(server.base, path, { method: 'HEAD' });
      expect([path, head.status, head.text]).toEqual([path, 200, '']);
      const wrong = await request(server.base, path, { method: 'DELETE' });
      expect([path, wrong.status]).toEqual([path, 405]);
      expect(wrong.headers.allow).toMatch(/GET/);
    }
  });
});

const routes = [
  '/metrics',
  '/metrics/count',
  '/sessions',
  '/sessions/count',
  '/sessions/{}',
  '/sessions/{}/metrics',
  '/sessions/{}/metrics/count',
  '/contexts',
  '/contexts/count',
  '/contexts/{}',
  '/contexts/{}/metrics',
  '/contexts/{}/metrics/count',
  '/filters/scm/{}/metrics',
  '/filters/scm/{}/metrics/count',
  '/filters/scm/{}/sessions',
  '/filters/scope/{}/metrics',
  '/filters/scope/{}/metrics/count',
  '/items/{}/metrics',
  '/items/{}/metrics/count',
  '/items/like/{}/metrics',
  '/variants/{}/metrics',
  '/variants/{}/metrics/count',
  '/variants/like/{}/metrics',
  '/components',
  '/components/count',
  '/components/{}',
  '/components/metrics',
  '/components/{}/metrics',
  '/components/items/{}/metrics',
  '/components/variants/{}/metrics',
  '/components/{}/items/{}/metrics',
  '/components/{}/variants/{}/metrics',
  '/components/{}/pipelines',
  '/components/{}/pipelines/{}/builds',
  '/components/{}/pipelines/{}/builds/{}/sessions',
  '/pipelines',
  '/pipelines/{}/builds',
  '/pipelines/{}/builds/{}/sessions',
  ...['', '/components/{}', '/pipelines/{}', '/pipelines/{}/builds/{}'].flatMap((scope) =>
    ['head', 'tail'].flatMap((end) => [
      `/resources/{}${scope}/${end}/metrics`,
      `/resources/{}${scope}/${end}/{}/metrics`,
    ]),
  ),
];

describe('the description', () => {
  const places = ['/openapi.json', '/swagger.json', '/api/v1/openapi.json', '/api/v1/swagger.json'];

  it.each(places)('is OpenAPI 3.1, the same everywhere: %s', async (path) => {
    const { status, headers, json } = await get<OpenApi>(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch('application/json');
    expect(json.openapi).toMatch(/^3\.1\.\d+$/);
    expect(json).toEqual((await get('/openapi.json')).json);
  });

  it('names every route', async () => {
    const { json } = await get<OpenApi>('/openapi.json');
    const named = Object.entries(json.paths).map(([path, methods]) => ({
      path: path
        .replace(/^\/api\/v1/, '')
        .replace(/\/$/, '')
        .replaceAll(/\{[^}]*\}/g, '{}'),
      methods: Object.keys(methods),
    }));
    const read = new Set(named.filter(({ methods }) => methods.includes('get')).map(({ path }) => path));
    // One path may stand for both ends of a ranking.
    const isNamed = (route: string) =>
      read.has(route) || read.has(route.replace(/\/(?:head|tail)\//, '/{}/'));
    expect(routes.filter((route) => !isNamed(route))).toEqual([]);
    const posted = named.filter(({ methods }) => methods.includes('post')).map(({ path }) => path);
    expect(posted).toEqual(expect.arrayContaining(['/metrics', '/sessions', '/contexts', '/import']));
  });

  it('refers to nothing that is not there', async () => {
    const { json, text } = await get<OpenApi>('/openapi.json');
    const isThere = (reference: string): boolean => {
      let at: unknown = json;
      for (const part of reference.slice(2).split('/')) {
        const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
        at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
      }
      return at !== undefined;
    };
    const references = [...text.matchAll(/"\$ref":\s*"(#[^"]*)"/g)].map(([, reference = '']) => reference);
    expect(references.filter((reference) => !isThere(reference))).toEqual([]);
  });

  it('names every parameter of a path', async () => {
    const { json } = await get<OpenApi>('/openapi.json');
    for (const [path, methods] of Object.entries(json.paths)) {
      const text = JSON.stringify([methods, json]);
      for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) {
        expect([path, name, text.includes(`"name":"${name}"`)]).toEqual([path, name, true]);
      }
    }
  });
});
