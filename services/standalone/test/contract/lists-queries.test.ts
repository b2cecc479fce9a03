import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import { asking, nameLists, populate, rowLists } from './world.ts';

const { api } = await standalone({ pageSize: 4 });
beforeAll(() => populate(api));

const lists = [...rowLists, ...nameLists];
const within = (link: string | null | undefined): string => (link ?? '').replace(/^\/api\/v1/, '');

/** A path as text, slashes folded: two spellings of one path are equal in it. */
const plain = (path: string): string => decodeURIComponent(path).replaceAll(/\/+/g, '/').replace(/\/$/, '');
const cursor = (link: string | null | undefined): string | null =>
  new URL(link ?? '', 'http://host').searchParams.get('after');

describe('page', () => {
  it.each(['abc', '1.5', '', 'page', '-', '٣', '2x'])(
    'is 1 where it is no whole number: %j',
    async (junk) => {
      const wanted = await api.get('/metrics/?page=1');
      const { status, json } = await api.get(`/metrics/?page=${encodeURIComponent(junk)}`);
      expect([status, json.metrics]).toEqual([200, wanted.json.metrics]);
    },
  );

  it('is the first of several', async () => {
    const wanted = await api.get('/metrics/?page=2');
    const { json } = await api.get('/metrics/?page=2&page=3');
    expect(json.metrics).toEqual(wanted.json.metrics);
    expect((await api.get('/metrics/?page=99&page=1')).status).toBe(404);
  });
});

describe('per_page', () => {
  it.each(lists)('is the page size: $path', async ({ path, key, rows }) => {
    for (const size of [1, 5, 5000]) {
      const { status, json } = await api.get(asking(path, `per_page=${size}`));
      expect(status).toBe(200);
      expect(json[key]).toEqual(rows.slice(0, size));
      expect(json.total_page).toBe(Math.ceil(rows.length / size));
    }
  });

  it.each(lists)('is refused outside 1 to 5000: $path', async ({ path }) => {
    for (const size of ['0', '-1', '5001', 'abc', '1.5', '1e3', '99999999999999999999']) {
      const { status, headers } = await api.get(asking(path, `per_page=${size}`));
      expect([size, status]).toEqual([size, 400]);
      expect(headers['content-type']).toMatch('application/problem+json');
    }
  });
});

describe('links', () => {
  it.each(lists)('repeat what else was asked: $path', async ({ path, key, rows }) => {
    const { json } = await api.get(asking(path, 'per_page=2&colour=gr%C3%BCn%26blau&page=2'));
    for (const link of [json.next_url, json.prev_url]) {
      const url = new URL(link ?? '', 'http://host');
      expect(link).toMatch(/^\/api\/v1\//);
      expect(url.searchParams.get('per_page')).toBe('2');
      expect(url.searchParams.get('colour')).toBe('grün&blau');
      expect(url.searchParams.getAll('page')).toHaveLength(1);
    }
    expect((await api.get(within(json.next_url))).json[key]).toEqual(rows.slice(4, 6));
    expect((await api.get(within(json.prev_url))).json[key]).toEqual(rows.slice(0, 2));
  });

  // The short forms may be linked in full.
  const canonical = lists.filter(({ path }) => !/^\/session\/|\/like\/[^/]*$/.test(path));
  it.each(canonical)('name the path as it was asked for: $path', async ({ path }) => {
    const asked = new URL(path, 'http://host').pathname;
    const { json } = await api.get(path);
    const { pathname } = new URL(json.next_url ?? '', 'http://host');
    expect(plain(pathname)).toBe(plain(`/api/v1${asked}`));
    expect(pathname).not.toMatch(/[^\w\-.~!$&'()*+,;=:@%/]/);
  });

  it('leave a colon as it is', async () => {
    const { json } = await api.get('/pipelines/team%2Fa%3Ab%20%C3%A9/builds');
    expect(json.next_url).toBe('/api/v1/pipelines/team%2Fa:b%20%C3%A9/builds?page=2');
  });

  it('are the same however the list was asked for', async () => {
    const { json } = await api.get('/metrics/');
    for (const path of ['/metrics', '/metrics//', '//metrics/', '/api/v1/metrics/']) {
      const answer = await api.get(path);
      expect([path, answer.status, answer.json.metrics]).toEqual([path, 200, json.metrics]);
      expect(answer.json.next_url).toMatch(/^\/api\/v1\/metrics\/?\?/);
    }
  });
});

describe('a cursor', () => {
  it('reads on from where it stands, whatever page it is called', async () => {
    const { json } = await api.get('/metrics/');
    const after = cursor(json.next_url);
    expect(after).not.toBeNull();
    const wanted = await api.get('/metrics/?page=2');
    const { json: read } = await api.get(`/metrics/?page=2&after=${after}`);
    expect(read.metrics).toEqual(wanted.json.metrics);
  });

  it('is refused under another filter', async () => {
    const { json } = await api.get('/metrics/');
    const after = encodeURIComponent(cursor(json.next_url) ?? '');
    const others = rowLists.filter(({ path, key }) => key === 'metrics' && path !== '/metrics/');
    for (const { path } of others) {
      const { status } = await api.get(asking(path, `page=2&after=${after}`));
      expect([path, status]).toEqual([path, 400]);
    }
    expect((await api.get(`/metrics/?page=2&since=2024-01-01&after=${after}`)).status).toBe(400);
  });

  it.each(['abc', '0', '-1', '%00', '%F0%9F%92%A9', 'e30', '1.5', '9'.repeat(400), "'--"])(
    'is refused where no answer gave it: %s',
    async (after) => {
      for (const path of ['/metrics/', '/sessions/', '/contexts/', '/items/x/metrics']) {
        const { status, json } = await api.get(`${path}?page=2&after=${after}`);
        expect([path, status, json.status]).toEqual([path, 400, 400]);
      }
    },
  );
});
