import { build, metric, session, type Metric } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone({ pageSize: 7 });

const sessions = ['a', 'b', 'c'].map((name, i) =>
  session({ session_h: name, description: i < 2 ? build('main', String(i)) : { note: 'none' } }),
);
// 520 rows, more than any ranking gives; mostly equal, as processor times in steps of 10 ms are.
const rows: Metric[] = Array.from({ length: 520 }, (_, i) =>
  metric({
    session_h: sessions[i % 3]?.session_h ?? '',
    component: ['lib', 'io', ''][i % 5] ?? '',
    item: `test_${i % 4}`,
    item_path: String(i),
    total_time: (i * 7919) % 1000,
    user_time: i % 10 === 9 ? 0.01 : 0,
    kernel_time: 0,
    cpu_usage: ((i * 31) % 17) / 4,
    mem_usage: ((i * 13) % 29) - 9,
  }),
);

beforeAll(async () => {
  await api.store('/sessions/', sessions);
  await api.store('/metrics/', rows);
  await api.arrived({ metrics: rows.length, sessions: sessions.length });
});

const fields = {
  memory: 'mem_usage',
  cpu: 'cpu_usage',
  kernel_time: 'kernel_time',
  user_time: 'user_time',
  total_time: 'total_time',
  mem_usage: 'mem_usage',
  cpu_usage: 'cpu_usage',
} as const;
type Resource = keyof typeof fields;
const resources: Resource[] = [
  'memory',
  'cpu',
  'kernel_time',
  'user_time',
  'total_time',
  'mem_usage',
  'cpu_usage',
];

const scopes: [path: string, holds: (row: Metric) => boolean][] = [
  ['', () => true],
  ['/components/lib', (row) => row.component === 'lib'],
  ['/components/none', () => false],
  ['/pipelines/main', (row) => row.session_h !== 'c'],
  ['/pipelines/none', () => false],
  ['/pipelines/main/builds/1', (row) => row.session_h === 'b'],
  ['/pipelines/main/builds/none', () => false],
];

/** Equal values stay in the order of storing, whichever end is asked for. */
const ranked = (resource: Resource, end: 'head' | 'tail', holds: (row: Metric) => boolean): string[] => {
  const field = fields[resource];
  return rows
    .filter(holds)
    .sort((a, b) => (end === 'head' ? b[field] - a[field] : a[field] - b[field]))
    .map((row) => row.item_path);
};

const paths = async (path: string): Promise<string[]> => {
  const { status, json } = await api.get(path);
  expect([path, status]).toEqual([path, 200]);
  expect(Object.keys(json).sort()).toEqual(['metrics', 'next_url', 'prev_url', 'total_page']);
  expect([json.next_url, json.prev_url, json.total_page]).toEqual([null, null, 1]);
  return json.metrics.map((row) => row.item_path);
};

/** Numbers above the limit, which are read the same whatever is ranked: all of them once, and else one. */
const beyond = (resource: Resource): (number | string)[] =>
  resource === 'memory' ? [500, 501, 5000, '99999999999999999999'] : [501];

describe.each(resources)('%s', (resource) => {
  it.each(scopes)('by rising and falling value, ties as they were stored: %s', async (scope, holds) => {
    for (const end of ['head', 'tail'] as const) {
      const wanted = ranked(resource, end, holds);
      const base = `/resources/${resource}${scope}/${end}`;
      expect(await paths(`${base}/metrics`)).toEqual(wanted.slice(0, 10));
      for (const n of [0, 1, 2, 50, 499])
        expect(await paths(`${base}/${n}/metrics`)).toEqual(wanted.slice(0, n));
      for (const n of beyond(resource)) {
        expect(await paths(`${base}/${n}/metrics`)).toEqual(wanted.slice(0, 500));
      }
    }
  });
});

describe('a ranking', () => {
  it('has no pages', async () => {
    const wanted = await paths('/resources/cpu/head/9/metrics');
    for (const page of ['2', '0', '-1', 'x']) {
      expect(await paths(`/resources/cpu/head/9/metrics?page=${page}`)).toEqual(wanted);
    }
  });

  it('reads leading zeros, and only digits', async () => {
    expect(await paths('/resources/cpu/head/007/metrics')).toHaveLength(7);
    for (const n of ['-1', '1.5', 'x', '1e2', '+5', '%2B5', '0x10', '5x', '%D9%A3', '%20', '1%20']) {
      expect([n, (await api.get(`/resources/cpu/head/${n}/metrics`)).status]).toEqual([n, 404]);
    }
  });

  it.each([
    'disk',
    'Memory',
    'MEMORY',
    'user',
    'wall_time',
    'constructor',
    '__proto__',
    '%20memory',
    'toString',
  ])('is 404 for %s', async (resource) => {
    for (const scope of ['', '/components/lib', '/pipelines/main', '/pipelines/main/builds/1']) {
      const { status, json } = await api.get(`/resources/${resource}${scope}/head/3/metrics`);
      expect([status, json.status]).toEqual([404, 404]);
    }
  });
});
