import { request, type Answer, type Body } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import { asking, componentLists, nameLists, populate, rowLists } from './world.ts';

const { api, server } = await standalone({ pageSize: 3 });
beforeAll(() => populate(api));

/** As the Python client walks: plain concatenation, a new connection for every page. */
const walk = async (base: string, path: string): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let next: string | null = path; next !== null && answers.length < 100;) {
    const answer: Answer = await request(server.base, `${base}${next}`);
    answers.push(answer);
    next = answer.json.next_url ?? null;
  }
  return answers;
};

const componentPages = componentLists.map((list) => ({ ...list, path: asking(list.path, 'page=1') }));

// With these after the host, a link makes the prefix missing at first and then single, single and then double.
describe.each(['', '/', '/api/v1', '/api/v1/'])('a client whose base URL ends in %j', (base) => {
  it.each([...rowLists, ...nameLists, ...componentPages])(
    'walks all pages of $path',
    async ({ path, key, rows }) => {
      const answers = await walk(base, path);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(answers).toHaveLength(Math.ceil(rows.length / 3));
      expect(answers.flatMap(({ json }): unknown[] => json[key])).toEqual(rows);
    },
  );

  it('reads all components and pipelines in one answer', async () => {
    for (const { path, key, rows } of componentLists) {
      expect((await request(server.base, `${base}${path}`)).json[key]).toEqual(rows);
    }
    expect((await request(server.base, `${base}/pipelines/`)).json.pipelines).toHaveLength(8);
  });
});

/** What a cursor holds is the server's own business, and need not be the same from one answer to the next. */
const withoutCursor = (json: Body): unknown => ({
  ...json,
  ...(json.next_url && { next_url: json.next_url.replace(/&after=[^&]+/, '&after=') }),
});

describe('the prefix', () => {
  it('may be missing, once or twice, with slashes too many', async () => {
    const { json: wanted } = await api.get('/metrics/?page=2');
    const spellings = [
      '/metrics/?page=2',
      '/metrics?page=2',
      '//metrics/?page=2',
      '/api/v1/metrics?page=2',
      '/api/v1//metrics/?page=2',
      '//api/v1/metrics//?page=2',
      '/api/v1/api/v1/metrics/?page=2',
      '/api/v1//api/v1/metrics/?page=2',
      '//api/v1//api/v1//metrics//?page=2',
    ];
    for (const path of spellings) {
      const { status, json } = await request(server.base, path);
      expect([path, status, withoutCursor(json)]).toEqual([path, 200, withoutCursor(wanted)]);
    }
  });

  it.each(['', '/', '/api/v1', '/api/v1/', '/api/v1/api/v1', '/api/v1//api/v1'])(
    'works for posts: %j',
    async (base) => {
      const before = (await api.get('/metrics/count')).json.count;
      for (const path of ['/metrics/', '/metrics']) {
        const posted = (await api.get('/metrics/')).json.metrics[0];
        const { status, json } = await request(server.base, `${base}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(posted),
        });
        expect([path, status, json]).toEqual([path, 201, posted]);
      }
      await expect(api.arrived({ metrics: before + 2 })).resolves.toBeUndefined();
    },
  );
});

describe('slashes', () => {
  it.each([...rowLists, ...nameLists])('at the end change nothing: $path', async ({ path }) => {
    const [before = '', ...query] = path.split('?');
    const bare = before.replace(/\/$/, '');
    const end = query.length > 0 ? `?${query.join('?')}` : '';
    const wanted = await api.get(`${bare}${end}`);
    expect(wanted.status).toBe(200);
    for (const slashes of ['/', '//']) {
      const { status, json } = await api.get(`${bare}${slashes}${end}`);
      expect([slashes, status, withoutCursor(json)]).toEqual([slashes, 200, withoutCursor(wanted.json)]);
    }
  });

  it('are folded between fixed words', async () => {
    for (const [doubled, single] of [
      ['/metrics//count', '/metrics/count'],
      ['/sessions///count/', '/sessions/count'],
      ['/components//count', '/components/count'],
      ['/components//items/test_x%2F%2Fy%25z/metrics', '/components/items/test_x%2F%2Fy%25z/metrics'],
    ] as const) {
      const [got, wanted] = await Promise.all([api.get(doubled), api.get(single)]);
      expect([doubled, got.status, withoutCursor(got.json)]).toEqual([
        doubled,
        200,
        withoutCursor(wanted.json),
      ]);
    }
  });
});
