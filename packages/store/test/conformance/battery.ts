import { resources } from '@monitor-server/contract';
import type { CountQuery, ListQuery, MetricFilter, RankingFilter, SessionFilter } from '../../src/index.ts';

const page = { number: 1, size: 500 };

export const metricFilters: readonly MetricFilter[] = [
  {},
  { session: 's0' },
  { session: 'none' },
  { context: 'c1' },
  { item: 'test_0' },
  { item: 'test_7' },
  { variant: '' },
  { variant: 'test_7[7]' },
  { itemLike: 'TEST' },
  { itemLike: 'test_1' },
  { itemLike: 't_2' },
  { variantLike: '[6' },
  { component: '' },
  { component: 'lib' },
  { component: 'rare' },
  { component: 'none' },
  { component: 'lib.io', item: 'test_2' },
  { component: '', item: 'test_4' },
  { component: 'lib', variant: 'test_1[1]' },
  { kind: 'function' },
  { kind: 'class' },
  { scm: 'ref' },
  { scm: 'ref1' },
  { scm: 'none' },
];

export const sessionFilters: readonly SessionFilter[] = [
  {},
  { prefix: 's' },
  { prefix: 's1' },
  { prefix: 'S' },
  { scm: 'ref' },
  { scm: 'ref2' },
  { flags: { flags: [{ name: ['python'] }], all: false } },
  { flags: { flags: [{ name: ['n'], value: ['3', '4'] }, { name: ['python'] }], all: true } },
  { flags: { flags: [{ name: ['n'], value: ['3'] }, { name: ['python'] }], all: false }, prefix: 's3' },
];

export const rankingFilters: readonly RankingFilter[] = [
  {},
  { component: 'lib' },
  { component: 'rare' },
  { component: '' },
  { component: 'none' },
  { pipeline: 'main' },
  { pipeline: 'none' },
  { pipeline: 'main', build: '3' },
  { pipeline: 'release%', build: '1' },
  { pipeline: 'nightly', build: 'none' },
];

export const nameQueries: readonly ListQuery[] = [
  { list: 'contexts', filter: {}, page },
  { list: 'contexts', filter: { prefix: 'c' }, page },
  { list: 'contexts', filter: { prefix: 'c1' }, page },
  { list: 'components', filter: {}, page },
  { list: 'components', filter: { prefix: 'lib' }, page },
  { list: 'components', filter: { prefix: 'none' }, page },
  { list: 'pipelines', filter: {}, page },
  { list: 'pipelines', filter: { component: 'lib' }, page },
  { list: 'pipelines', filter: { component: 'rare' }, page },
  { list: 'pipelines', filter: { component: 'none' }, page },
  { list: 'builds', filter: { pipeline: 'main' }, page },
  { list: 'builds', filter: { pipeline: 'release%' }, page },
  { list: 'builds', filter: { pipeline: 'none' }, page },
  { list: 'builds', filter: { pipeline: 'main', component: 'lib' }, page },
  { list: 'buildSessions', filter: { pipeline: 'main', build: '3' }, page },
  { list: 'buildSessions', filter: { pipeline: 'main', build: 'none' }, page },
  { list: 'buildSessions', filter: { pipeline: 'nightly', build: '1', component: 'lib.io' }, page },
];

/** Every filter with every resource, from one end or the other. */
function rankings(): ListQuery[] {
  return rankingFilters.flatMap((filter, at) =>
    resources.map((resource, shift): ListQuery => {
      const n = [10, 1, 500, 60, 3][(at + shift) % 5] ?? 10;
      return { list: 'ranking', filter, resource, end: (at + shift) % 2 === 0 ? 'head' : 'tail', n };
    }),
  );
}

/** Every kind of list, with filters that fit a `World`. */
export function everyList(): ListQuery[] {
  return [
    ...metricFilters.map((filter): ListQuery => ({ list: 'metrics', filter, page })),
    ...sessionFilters.map((filter): ListQuery => ({ list: 'sessions', filter, page })),
    ...nameQueries,
    ...rankings(),
  ];
}

function everyCount(): CountQuery[] {
  return [
    ...metricFilters.map((filter): CountQuery => ({ count: 'metrics', filter })),
    ...sessionFilters.map((filter): CountQuery => ({ count: 'sessions', filter })),
    { count: 'contexts' },
    { count: 'components' },
  ];
}

/** Every kind of list and count. */
export function everything(): (ListQuery | CountQuery)[] {
  return [...everyList(), ...everyCount()];
}
