import { exchange, metric, request } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import { componentLists, counts, nameLists, pipelineList, populate, rankings, rowLists } from './world.ts';

const { api, server } = await standalone({ pageSize: 3 });

const gets = [
  ...[...rowLists, ...nameLists, ...componentLists, pipelineList, ...counts].map(({ path }) => path),
  ...rankings.flatMap(({ path }) => [`${path}/head/metrics`, `${path}/tail/3/metrics`]),
];
const posts = ['/metrics/', '/sessions/', '/contexts/', '/import'];

const allowed = (allow: string | undefined): string[] => (allow ?? '').split(/\s*,\s*/).sort();

describe.each([
  ['nothing stored', false],
  ['rows stored', true],
])('%s', (_, isStored) => {
  beforeAll(async () => {
    if (isStored) await populate(api);
  });

  it.each(gets)('HEAD is a GET without its body: %s', async (path) => {
    const [head, get] = [await api.call(path, { method: 'HEAD' }), await api.get(path)];
    expect([head.status, head.text]).toEqual([get.status, '']);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
  });
});

describe('methods', () => {
  it.each(gets)('OPTIONS names them: %s', async (path) => {
    const { status, headers } = await api.call(path, { method: 'OPTIONS' });
    expect([200, 204]).toContain(status);
    expect(allowed(headers.allow)).toEqual(expect.arrayContaining(['GET', 'HEAD']));
  });

  it.each(gets)('a wrong one is 405, and names the right ones: %s', async (path) => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const { status, headers, json } = await api.call(path, { method });
      expect([method, status, json.status]).toEqual([method, 405, 405]);
      expect(headers['content-type']).toMatch('application/problem+json');
      expect(allowed(headers.allow)).toEqual(expect.arrayContaining(['GET', 'HEAD']));
      expect(allowed(headers.allow)).not.toContain(method);
    }
  });

  it('POST is named where something is posted, and only there', async () => {
    for (const path of posts) {
      expect(allowed((await api.call(path, { method: 'OPTIONS' })).headers.allow)).toContain('POST');
    }
    for (const path of [
      '/metrics/count',
      '/items/x/metrics',
      '/components/',
      '/pipelines/',
      '/resources/cpu/head/metrics',
    ]) {
      const { status, headers } = await api.post(path, metric());
      expect([path, status]).toEqual([path, 405]);
      expect(allowed(headers.allow)).not.toContain('POST');
    }
    const { status, headers } = await api.get('/import');
    expect([status, allowed(headers.allow)]).toEqual([405, expect.arrayContaining(['POST'])]);
    expect(allowed(headers.allow)).not.toContain('GET');
  });

  it('a wrong one with a body leaves the connection usable', async () => {
    for (const body of ['{}', 'x'.repeat(100_000)]) {
      expect((await api.call('/metrics/', { method: 'PUT', body })).status).toBe(405);
      expect((await api.get('/metrics/count')).status).toBe(200);
    }
  });
});

describe('a path that exists for nobody', () => {
  it.each([
    '/nothing',
    '/metric/',
    '/metrics/x',
    '/metrics/count/x',
    '/Metrics/',
    '/items',
    '/items/x',
    '/items/x/metric',
    '/variants/',
    '/variants/x/count',
    '/filters/',
    '/filters/scm/x',
    '/filters/scope/x/sessions',
    '/resources/',
    '/resources/memory',
    '/resources/memory/head',
    '/resources/memory/middle/3/metrics',
    '/pipelines/x',
    '/pipelines/x/builds/y',
  ])('is a 404 problem: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
      const { status, headers, json } = await api.call(path, { method });
      expect([method, status]).toEqual([method, 404]);
      expect(headers['content-type']).toMatch('application/problem+json');
      expect(Object.keys(json).sort()).toEqual(['detail', 'message', 'status', 'title', 'type']);
      expect(json.status).toBe(404);
    }
  });

  it.each(['/nothing', '/api/v2/metrics/', '/index.php', '/..', '/*'])(
    'outside the API as well: %s',
    async (path) => {
      expect((await request(server.base, path)).status).toBe(404);
    },
  );
});

describe('a request no client would send', () => {
  it.each([
    'GET /api/v1/items/a b/metrics HTTP/1.1',
    'GET /api/v1/items/\u0001/metrics HTTP/1.1',
    'GET metrics HTTP/1.1',
    'GET  HTTP/1.1',
    'GET /api/v1/metrics/count HTTP/9.9',
    'BREW /api/v1/metrics/ HTTP/1.1',
    'nonsense',
  ])('is refused, and the server lives: %s', async (line) => {
    const { status } = await exchange(server.base, `${line}\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect((await api.get('/metrics/count')).status).toBe(200);
  });
});
