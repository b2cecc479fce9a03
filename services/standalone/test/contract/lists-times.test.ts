import { metric, session } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';
import {
  asking,
  componentLists,
  counts,
  nameLists,
  pipelineList,
  populate,
  rankings,
  rowLists,
  type List,
} from './world.ts';

const { api } = await standalone({ pageSize: 4 });
beforeAll(() => populate(api));

const timed = rowLists.filter((list) => list.times !== undefined);
const untimed = [
  ...rowLists.filter((list) => list.times === undefined),
  ...nameLists,
  ...componentLists,
  pipelineList,
];

type Window = { since?: string; until?: string };

const windows: Window[] = [
  { since: '2024-01-01', until: '2025-01-01' },
  { since: '2024-04-02', until: '2024-04-20' },
  { since: '2024-03-04T12:00:00', until: '2024-03-18T12:00:00' },
  { since: '2024-04-10T12:00:00.9' },
  { until: '2024-04-03' },
  { since: '2024-03-05T12:00' },
  { until: '2024-03-18 12:00:00.000' },
];

const queryOf = (window: Window): string =>
  Object.entries(window)
    .map(([name, time]) => `${name}=${encodeURIComponent(time)}`)
    .join('&');

/** Of a time without a zone, which is how all in `world.ts` are written. */
const instant = (time: string): number => Date.parse(time.length > 10 ? `${time.replace(' ', 'T')}Z` : time);

const holds = ({ since, until }: Window, time: string): boolean =>
  (since === undefined || instant(time) >= instant(since)) &&
  (until === undefined || instant(time) < instant(until));

const within = (list: List, window: Window): unknown[] =>
  list.rows.filter((_, i) => holds(window, list.times?.[i] ?? ''));

describe.each(timed)('$path', (list) => {
  const { path, key } = list;

  it.each(windows)('between $since and $until', async (window) => {
    const asked = asking(path, queryOf(window));
    const wanted = within(list, window);
    const { status, json } = await api.get(asked);
    expect(status).toBe(wanted.length === 0 ? 204 : 200);
    const pages = wanted.length === 0 ? [] : await api.pages(asked);
    expect(pages.flatMap((page): unknown[] => page.json[key])).toEqual(wanted);
    expect(pages).toHaveLength(Math.ceil(wanted.length / 4));
    const keys = wanted.length > 4 ? [key, 'next_url'] : [key];
    expect(Object.keys(json ?? {}).sort()).toEqual(wanted.length === 0 ? [] : keys.sort());
  });

  it('has pages forward only, without a total', async () => {
    const asked = asking(path, 'since=2024-01-01');
    for (const page of [-1, -2]) expect((await api.get(`${asked}&page=${page}`)).status).toBe(400);
    for (const page of [0, 99]) expect((await api.get(`${asked}&page=${page}`)).status).toBe(404);
    const second = await api.get(`${asked}&page=2`);
    expect(second.json[key]).toEqual(list.rows.slice(4, 8));
    expect(Object.keys(second.json)).not.toContain('prev_url');
    expect(Object.keys(second.json)).not.toContain('total_page');
  });

  it('has no link behind a last page that is full', async () => {
    const { json } = await api.get(asking(path, `since=2024-01-01&per_page=${list.rows.length}`));
    expect(json[key]).toEqual(list.rows);
    expect(Object.keys(json)).toEqual([key]);
  });

  it('repeats the range in its links', async () => {
    const asked = asking(path, 'since=2024-01-01T00%3A00%3A00%2B02%3A00&until=2025-01-01');
    const { searchParams } = new URL((await api.get(asked)).json.next_url ?? '', 'http://host');
    expect(searchParams.get('since')).toBe('2024-01-01T00:00:00+02:00');
    expect(searchParams.get('until')).toBe('2025-01-01');
  });

  it.each(['yesterday', '2024-13-01', '2024-02-30', '1700000000', '2024-03-01T10', '%00', '2024'])(
    'refuses %s as a time',
    async (time) => {
      for (const name of ['since', 'until']) {
        expect((await api.get(asking(path, `${name}=${time}`))).status).toBe(400);
      }
    },
  );
});

describe('what has no time', () => {
  it.each([...untimed, ...counts.filter(({ isTimed }) => !isTimed)])(
    'refuses a range: $path',
    async ({ path }) => {
      for (const query of ['since=2024-01-01', 'until=2024-01-01']) {
        const { status, headers } = await api.get(asking(path, query));
        expect([query, status]).toEqual([query, 400]);
        expect(headers['content-type']).toMatch('application/problem+json');
      }
    },
  );
});

describe('counts', () => {
  const timedCounts = counts.filter(({ isTimed }) => isTimed);

  it.each(timedCounts)('count what a range holds: $path', async ({ path, count }) => {
    const list = timed.find((one) => one.path.replace(/\/$/, '') === path.replace(/\/count$/, ''));
    expect(list).toBeDefined();
    expect((await api.get(path)).json).toEqual({ count });
    for (const window of windows) {
      const wanted = list === undefined ? -1 : within(list, window).length;
      expect((await api.get(asking(path, queryOf(window)))).json).toEqual({ count: wanted });
    }
    expect((await api.get(asking(path, 'since=never'))).status).toBe(400);
  });
});

describe('rankings', () => {
  it.each(rankings)('rank what a range holds, in their shape: $path', async ({ path, resource, rows }) => {
    for (const window of windows) {
      const inside = rows.filter((row) => holds(window, row.item_start_time));
      for (const [end, sign] of [
        ['head', -1],
        ['tail', 1],
      ] as const) {
        const { status, json } = await api.get(asking(`${path}/${end}/6/metrics`, queryOf(window)));
        const wanted = inside.toSorted((a, b) => sign * (a[resource] - b[resource])).slice(0, 6);
        expect([status, json]).toEqual([
          200,
          { metrics: wanted, next_url: null, prev_url: null, total_page: 1 },
        ]);
      }
    }
    expect((await api.get(`${path}/head/metrics?since=never`)).status).toBe(400);
  });
});

describe('an instant', () => {
  const times = [
    '2030-05-01',
    '2030-05-01T00:00:00Z',
    '2030-05-01T02:00:00+02:00',
    '2030-04-30 19:30-0430',
    '2030-05-01T00:00:00.000001',
    '2030-05-01T00:30:00+01:00',
    '2030-05-01T23:59:59.999999-00:01',
  ];

  it('is compared in UTC, the start inclusive, the end not', async () => {
    await api.store(
      '/metrics/',
      times.map((time) => metric({ component: 'zones', item_start_time: time })),
    );
    await api.store(
      '/sessions/',
      times.map((time) => session({ scm_ref: 'zones', run_date: time })),
    );
    const cases: [query: string, wanted: number[]][] = [
      ['since=2030-05-01', [0, 1, 2, 3, 4, 6]],
      ['until=2030-05-01', [5]],
      ['since=2030-05-01T02%3A00%3A00%2B02%3A00&until=2030-05-01T00:00:00.000001', [0, 1, 2, 3]],
      ['since=2030-05-01T00:00:00.000001', [4, 6]],
      ['since=2030-05-01T00:00:00.000002Z', [6]],
      ['since=2030-04-30%2023:30&until=2030-05-01T00:00Z', [5]],
      ['since=2030-05-02', [6]],
      ['since=2030-05-02T00:00:59.999999&until=2030-05-03', [6]],
      ['since=2030-05-02T00:01', []],
      ['since=2030-05-01&until=2030-05-01', []],
      ['since=2030-05-02&until=2030-05-01', []],
    ];
    for (const [query, wanted] of cases) {
      const seen = wanted.map((i) => times[i]);
      const metrics = await api.get(`/components/zones/metrics?per_page=50&${query}`);
      expect([query, metrics.json?.metrics.map((row) => row.item_start_time) ?? []]).toEqual([query, seen]);
      const sessions = await api.get(`/filters/scm/zones/sessions?per_page=50&${query}`);
      expect([query, sessions.json?.sessions.map((row) => row.run_date) ?? []]).toEqual([query, seen]);
      expect(
        (await api.get(`/filters/scope/function/metrics/count?${query}`)).json.count,
      ).toBeGreaterThanOrEqual(seen.length);
    }
  });
});
