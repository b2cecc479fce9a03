import {
  build,
  context,
  metric,
  readContext,
  readSession,
  session,
  type Client,
  type Metric,
  type SessionPost,
} from '@monitor-server/testing';

/** Names that hold all that is awkward in a path. */
const component = 'lib/io [core]';
const pipeline = 'team/a:b é';
const number = '7/1?x=1';
const item = 'test_x//y%z';
const variant = 'test_x[q?x=1&y=2, é/+]';

/** `path` with one more query parameter. */
export const asking = (path: string, query: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${query}`;

const e = encodeURIComponent;
const digit = (i: number): string => String(i).padStart(2, '0');
const seven = Array.from({ length: 7 }, (_, i) => i);

const contexts = seven.map((i) => context({ h: `cafe${i}00ffcontext`, cpu_count: i }));

const sessions: SessionPost[] = [
  ...seven.map((i) =>
    session({ session_h: `beef${i}/`, scm_ref: `abc/1${i}`, description: build(pipeline, number) }),
  ),
  ...seven.map((i) =>
    session({ session_h: `feed${i}`, scm_ref: `abc/2${i}`, description: build(pipeline, `b${i}`) }),
  ),
  ...seven.map((i) => session({ session_h: `f00d${i}`, scm_ref: null, description: build(`p${i}`, '1') })),
].map((posted, i) => Object.assign(posted, { run_date: `2024-03-${digit(i + 1)}T12:00:00` }));

const main = { context_h: contexts[0]?.h ?? '', component, item, item_variant: variant };
const first = { ...main, session_h: sessions[0]?.session_h ?? '' };
const metrics: Metric[] = [
  ...sessions.map(({ session_h }) => metric({ ...main, session_h })),
  ...seven.map(() => metric({ ...first, component: '' })),
  ...seven.map((i) => metric({ ...first, component: `lib/${i}`, kind: 'mod/ule', item_variant: '' })),
].map((posted, i) =>
  Object.assign(posted, {
    item_start_time: `2024-04-${digit((i % 28) + 1)} 12:00:00.${i}`,
    // Few different values, so that rankings have ties.
    mem_usage: (i % 5) - 2,
    total_time: i % 3,
  }),
);

/** A paged list: what `key` holds over all pages; `times` are what `since` and `until` look at, if anything. */
export type List = {
  path: string;
  key: 'metrics' | 'sessions' | 'contexts' | 'components' | 'pipelines' | 'builds';
  rows: readonly unknown[];
  times?: readonly string[];
};

const inBuild = (posted: SessionPost, wanted: string): boolean =>
  posted.description['pipeline_branch'] === pipeline && posted.description['pipeline_build_no'] === wanted;
const hashes = sessions.filter((posted) => inBuild(posted, number)).map((posted) => posted.session_h);
const builds = [number, ...seven.map((i) => `b${i}`)];
const pipelines = [pipeline, ...seven.map((i) => `p${i}`)];

const metricList = (path: string, holds: (row: Metric) => boolean): List => ({
  path,
  key: 'metrics',
  rows: metrics.filter(holds),
  times: metrics.filter(holds).map((row) => row.item_start_time),
});
const sessionList = (path: string, holds: (row: SessionPost) => boolean): List => ({
  path,
  key: 'sessions',
  rows: sessions.filter(holds).map(readSession),
  times: sessions.filter(holds).map((row) => row.run_date),
});
const isMain = (row: Metric): boolean => row.component === component;
const hasNone = (row: Metric): boolean => row.component === '';
const isOfScm = (row: Metric): boolean => /^(beef|feed)/.test(row.session_h);

const scm = `/filters/scm/${e('abc/')}`;
const inComponent = `/components/${e(component)}`;
const ofPipeline = `/pipelines/${e(pipeline)}`;

/** Lists of whole rows: links only where there is such a page, 204 when empty. */
export const rowLists: List[] = [
  metricList('/metrics/', () => true),
  metricList(`/sessions/${e(first.session_h)}/metrics`, (row) => row.session_h === first.session_h),
  metricList(`/session/${e(first.session_h)}/metrics`, (row) => row.session_h === first.session_h),
  metricList(`/contexts/${e(first.context_h)}/metrics`, () => true),
  metricList(`${scm}/metrics`, isOfScm),
  metricList(`/filters/scope/${e('mod/ule')}/metrics`, (row) => row.kind === 'mod/ule'),
  metricList(`/items/${e(item)}/metrics`, () => true),
  metricList(`/variants/${e(variant)}/metrics`, (row) => row.item_variant === variant),
  metricList(`/items/like/${e('X//Y%')}/metrics`, () => true),
  metricList(`/items/like/${e('X//Y%')}`, () => true),
  metricList(`/variants/like/${e('Q?x=1&')}/metrics`, (row) => row.item_variant === variant),
  metricList(`/variants/like/${e('Q?x=1&')}`, (row) => row.item_variant === variant),
  metricList(`${inComponent}/metrics`, isMain),
  metricList('/components/metrics', hasNone),
  metricList('/components//metrics', hasNone),
  metricList(`${inComponent}/items/${e(item)}/metrics`, isMain),
  metricList(`${inComponent}/variants/${e(variant)}/metrics`, isMain),
  metricList(`/components/items/${e(item)}/metrics`, hasNone),
  metricList(`/components/variants/${e(variant)}/metrics`, hasNone),
  sessionList('/sessions/', () => true),
  sessionList('/sessions/f', (row) => row.session_h.startsWith('f')),
  sessionList('/sessions/?with_flags=pipeline_branch', () => true),
  sessionList(`${scm}/sessions`, (row) => row.scm_ref !== null),
  { path: '/contexts/', key: 'contexts', rows: contexts.map(readContext) },
  { path: '/contexts/cafe', key: 'contexts', rows: contexts.map(readContext) },
];

/** Lists of names: both links always, 200 and an empty list when empty. */
export const nameLists: List[] = [
  { path: `${inComponent}/pipelines`, key: 'pipelines', rows: pipelines },
  { path: `${inComponent}${ofPipeline}/builds`, key: 'builds', rows: builds },
  { path: `${inComponent}${ofPipeline}/builds/${e(number)}/sessions`, key: 'sessions', rows: hashes },
  { path: `${ofPipeline}/builds`, key: 'builds', rows: builds },
  { path: `${ofPipeline}/builds/${e(number)}/sessions`, key: 'sessions', rows: hashes },
];

const components = [component, ...seven.map((i) => `lib/${i}`)];

/** Paged only when `page` or `per_page` is given. */
export const componentLists: List[] = [
  { path: '/components/', key: 'components', rows: components },
  { path: `/components/${e('lib/')}`, key: 'components', rows: components },
];

export const pipelineList: List = { path: '/pipelines/', key: 'pipelines', rows: pipelines };

export type Count = { path: string; count: number; isTimed: boolean };

const counted = /^\/(sessions|contexts|filters|items(?!\/like)|variants(?!\/like))\/.*\/metrics$/;

export const counts: Count[] = [
  { path: '/metrics/count', count: metrics.length, isTimed: true },
  ...rowLists
    .filter(({ path }) => counted.test(path))
    .map(({ path, rows }): Count => ({ path: `${path}/count`, count: rows.length, isTimed: true })),
  { path: '/sessions/count', count: sessions.length, isTimed: true },
  { path: '/contexts/count', count: contexts.length, isTimed: false },
  { path: '/components/count', count: components.length, isTimed: false },
];

/** Rankings without their `/{n}/metrics`. */
export const rankings: { path: string; resource: 'mem_usage' | 'total_time'; rows: readonly Metric[] }[] = [
  { path: '/resources/memory', resource: 'mem_usage', rows: metrics },
  { path: `/resources/total_time${inComponent}`, resource: 'total_time', rows: metrics.filter(isMain) },
  {
    path: `/resources/mem_usage${ofPipeline}`,
    resource: 'mem_usage',
    rows: metrics.filter(isOfScm),
  },
  {
    path: `/resources/memory${ofPipeline}/builds/${e(number)}`,
    resource: 'mem_usage',
    rows: metrics.filter((row) => hashes.includes(row.session_h)),
  },
];

/** Stores it all, and returns once it is counted. */
export const populate = async (api: Client): Promise<void> => {
  await api.store('/contexts/', contexts);
  await api.store('/sessions/', sessions);
  await api.store('/metrics/', metrics);
  await api.arrived({ metrics: metrics.length, sessions: sessions.length, contexts: contexts.length });
};
