import {
  MetricScope,
  ResourceMethod,
  ResourceType,
  type MetricQuery,
  type MetricRecord,
} from '../src/index.ts';
import type { Monitor } from '../src/index.ts';
import { project } from './project.ts';

/** A call, and what it answers: records of metrics, hashes of sessions and contexts, everything else as it is. */
export type Call = [call: (monitor: Monitor) => Promise<unknown>, answer: unknown];

const { TOP, LOWEST } = ResourceMethod;

function where(condition: (metric: MetricRecord) => boolean): MetricRecord[] {
  return project.metrics.filter(condition);
}

const among =
  (...sessions: string[]) =>
  ({ session_h }: MetricRecord): boolean =>
    sessions.includes(session_h);

function ranked(
  key: 'total_time' | 'user_time' | 'kernel_time' | 'cpu_usage' | 'mem_usage',
  sign: 1 | -1,
  n: number,
  condition: (metric: MetricRecord) => boolean = () => true,
): MetricRecord[] {
  return where(condition)
    .toSorted((a, b) => sign * (a[key] - b[key]))
    .slice(0, n);
}

async function streamed(monitor: Monitor, query: MetricQuery): Promise<MetricRecord[]> {
  const records: MetricRecord[] = [];
  for await (const metric of monitor.metrics(query)) records.push(metric.toRecord());
  return records;
}

const counts: Record<string, Call> = {
  countComponents: [(m) => m.countComponents(), 4],
  countContexts: [(m) => m.countContexts(), 3],
  countMetrics: [(m) => m.countMetrics(), project.metrics.length],
  'countMetrics of a session': [(m) => m.countMetrics({ sessionH: 'main-1a' }), 17],
  'countMetrics of a context': [
    (m) => m.countMetrics({ contextH: 'c1' }),
    where(({ context_h }) => context_h === 'c1').length,
  ],
  'countMetrics of an SCM reference': [(m) => m.countMetrics({ scmRef: 'abc' }), 33],
  'countMetrics of the first that is given': [
    (m) => m.countMetrics({ scmRef: 'abc', contextH: 'c2', sessionH: 'local' }),
    16,
  ],
  'countMetrics in a range': [
    (m) => m.countMetrics({ since: '2024-03-02', until: new Date('2024-03-04T10:00:00Z') }),
    32,
  ],
  countSessions: [(m) => m.countSessions(), 7],
  'countSessions in a range': [
    (m) => m.countSessions({ since: '2024-03-02T21:30:00.5', until: '2024-03-04' }),
    2,
  ],
};

const gets: Record<string, Call> = {
  getContext: [(m) => m.getContext('c1').then((context) => context?.toRecord()), project.contexts[0]],
  'getContext by its start only': [(m) => m.getContext('c'), undefined],
  'getContext of an empty hash': [(m) => m.getContext(''), undefined],
  getSession: [
    (m) => m.getSession('loc').then((session) => session?.toDict()),
    { h: 'loc', scm: null, run_date: '2024-03-06T00:00:00', tags: { description: 'nightly run' } },
  ],
  'getSession by its start only': [(m) => m.getSession('main'), undefined],
  'getSession of dots': [(m) => m.getSession('..'), undefined],
};

const names: Record<string, Call> = {
  listBuildSessions: [(m) => m.listBuildSessions('main', '1'), ['main-1a', 'main-1b']],
  'listBuildSessions with odd names': [(m) => m.listBuildSessions('dev/x?y', '1'), ['dev-1']],
  'listBuildSessions of an unknown build': [(m) => m.listBuildSessions('main', '9'), []],
  'listBuildSessions without a build': [(m) => m.listBuildSessions('main', ''), []],
  listComponents: [(m) => m.listComponents(), ['late', 'Math.kernels', 'a/b', 'io']],
  listComponentPipelines: [(m) => m.listComponentPipelines('late'), ['main']],
  'listComponentPipelines of several': [(m) => m.listComponentPipelines('io'), ['main', 'dev/x?y']],
  'listComponentPipelines of no component': [(m) => m.listComponentPipelines(''), []],
  listComponentPipelineBuilds: [(m) => m.listComponentPipelineBuilds('io', 'main'), ['1', '2']],
  'listComponentPipelineBuilds of another one': [(m) => m.listComponentPipelineBuilds('late', 'main'), ['1']],
  listPipelines: [(m) => m.listPipelines(), ['main', 'dev/x?y', 'lonely']],
  listPipelineBuilds: [(m) => m.listPipelineBuilds('main'), ['1', '2']],
  'listPipelineBuilds with an odd name': [(m) => m.listPipelineBuilds('dev/x?y'), ['1']],
  'listPipelineBuilds where there is none': [(m) => m.listPipelineBuilds('lonely'), []],
};

const metrics: Record<string, Call> = {
  listMetrics: [(m) => m.listMetrics(), project.metrics],
  'listMetrics in a range': [
    (m) => m.listMetrics({ since: '2024-03-03', until: '2024-03-04T10:03:00.000001' }),
    where(
      ({ item_start_time: time }) =>
        time.startsWith('2024-03-03') || (time > '2024-03-04' && time < '2024-03-04T10:03:00.000001'),
    ),
  ],
  'listMetrics before all': [(m) => m.listMetrics({ until: '1999-01-01' }), []],
  listComponentMetrics: [(m) => m.listComponentMetrics('a/b'), where(({ component }) => component === 'a/b')],
  'listComponentMetrics without a component': [
    (m) => m.listComponentMetrics(),
    where(({ component }) => component === ''),
  ],
  'listComponentMetrics in another case': [(m) => m.listComponentMetrics('math.kernels'), []],
  listContextMetrics: [(m) => m.listContextMetrics('c2'), where(({ context_h }) => context_h === 'c2')],
  'listContextMetrics of one that is not known': [
    (m) => m.listContextMetrics('nowhere'),
    where(({ context_h }) => context_h === 'nowhere'),
  ],
  listItemMetrics: [(m) => m.listItemMetrics('test_load'), where(({ item }) => item === 'test_load')],
  'listItemMetrics with an odd name': [
    (m) => m.listItemMetrics('a/b?c=%2F&d'),
    where(({ item }) => item === 'a/b?c=%2F&d'),
  ],
  'listItemMetrics beyond ASCII': [
    (m) => m.listItemMetrics('naïve ☃ test'),
    where(({ item }) => item.includes('☃')),
  ],
  'listItemMetrics of dots': [(m) => m.listItemMetrics('..'), where(({ item }) => item === '..')],
  'listItemMetrics in another case': [(m) => m.listItemMetrics('TEST_LOAD'), []],
  listMetricsByScmId: [(m) => m.listMetricsByScmId('ab'), where(among('main-1a', 'main-1b', 'dev-1'))],
  listMetricsByType: [(m) => m.listMetricsByType(MetricScope.MODULE), where(({ kind }) => kind === 'module')],
  'listMetricsByType of another kind': [
    (m) => m.listMetricsByType('class'),
    where(({ kind }) => kind === 'class'),
  ],
  'listMetricsFrom sessions': [
    async (m) => m.listMetricsFrom({ sessions: await m.listBuildSessions('main', '1') }),
    [...where(among('main-1a')), ...where(among('main-1b'))],
  ],
  'listMetricsFrom sessions and contexts': [
    async (m) =>
      m.listMetricsFrom({
        sessions: await m.listBuildSessions('main', '2'),
        contexts: await m.listContexts(),
      }),
    [
      ...where(among('main-2')),
      ...where((metric) => metric.context_h === 'c1' && !among('main-2')(metric)),
      ...where((metric) => metric.context_h === 'c2' && !among('main-2')(metric)),
    ],
  ],
  'listMetricsFrom nothing': [(m) => m.listMetricsFrom({}), []],
  listMetricsFromPattern: [
    (m) => m.listMetricsFromPattern({ item: 'LOAD' }),
    where(({ item }) => item.includes('load')),
  ],
  'listMetricsFromPattern of variants': [
    (m) => m.listMetricsFromPattern({ variant: 'save[1' }),
    where(({ item_variant }) => item_variant === 'test_Save[1]'),
  ],
  'listMetricsFromPattern of both': [
    (m) => m.listMetricsFromPattern({ item: 'load', variant: '[0]' }),
    where(({ item, item_variant }) => item.includes('load') && item_variant.endsWith('[0]')),
  ],
  'listMetricsFromPattern without wildcards': [(m) => m.listMetricsFromPattern({ item: 'test_%' }), []],
  'listMetricsFromPattern of anything': [(m) => m.listMetricsFromPattern({ item: '' }), project.metrics],
  listMetricsOfVariant: [
    (m) => m.listMetricsOfVariant('test_load[0]'),
    where(({ item_variant }) => item_variant === 'test_load[0]'),
  ],
  'listMetricsOfVariant in a component': [
    (m) => m.listMetricsOfVariant('test_load[0]', 'io'),
    where(({ item_variant, component }) => item_variant === 'test_load[0]' && component === 'io'),
  ],
  'listMetricsOfVariant without a component': [
    (m) => m.listMetricsOfVariant('test_load[0]', ''),
    where(({ item_variant, component }) => item_variant === 'test_load[0]' && component === ''),
  ],
  'listMetricsOfVariant without a name': [
    (m) => m.listMetricsOfVariant(''),
    where(({ item_variant }) => item_variant === ''),
  ],
  listSessionMetrics: [(m) => m.listSessionMetrics('main-2'), where(among('main-2'))],
  metrics: [(m) => streamed(m, {}), project.metrics],
  'metrics of a component in a range': [
    (m) => streamed(m, { component: 'io', since: '2024-03-03' }),
    where(({ component, item_start_time: time }) => component === 'io' && time > '2024-03-03'),
  ],
  'metrics by five conditions': [
    (m) =>
      streamed(m, {
        component: 'Math.kernels',
        scm: 'ab',
        itemPattern: 'TEST',
        scope: 'class',
        context: 'c1',
      }),
    where(
      (metric) =>
        among('main-1a', 'main-1b', 'dev-1')(metric) &&
        metric.component === 'Math.kernels' &&
        metric.item.includes('test') &&
        metric.kind === 'class' &&
        metric.context_h === 'c1',
    ),
  ],
  'metrics without a component in a session': [
    (m) => streamed(m, { component: null, session: 'main-1a' }),
    where((metric) => among('main-1a')(metric) && metric.component === ''),
  ],
};

const rankings: Record<string, Call> = {
  listMetricsResources: [
    (m) => m.listMetricsResources(ResourceType.MEMORY, TOP),
    ranked('mem_usage', -1, 10),
  ],
  'listMetricsResources by ties': [
    (m) => m.listMetricsResources(ResourceType.USER_TIME, LOWEST, 20),
    ranked('user_time', 1, 20),
  ],
  'listMetricsResources of all': [
    (m) => m.listMetricsResources(ResourceType.CPU, LOWEST, 9000),
    ranked('cpu_usage', 1, 500),
  ],
  'listMetricsResources of none': [(m) => m.listMetricsResources(ResourceType.CPU, TOP, 0), []],
  'listMetricsResources in a range': [
    (m) =>
      m.listMetricsResources(ResourceType.TOTAL_TIME, TOP, 5, { since: '2024-03-03', until: '2024-03-06' }),
    ranked('total_time', -1, 5, ({ item_start_time: time }) => time > '2024-03-03' && time < '2024-03-06'),
  ],
  listMetricsResourcesFromBuild: [
    (m) => m.listMetricsResourcesFromBuild('main', '1', ResourceType.TOTAL_TIME, TOP, 7),
    ranked('total_time', -1, 7, among('main-1a', 'main-1b')),
  ],
  listMetricsResourcesFromComponent: [
    (m) => m.listMetricsResourcesFromComponent('Math.kernels', ResourceType.KERNEL_TIME, TOP, 5),
    ranked('kernel_time', -1, 5, ({ component }) => component === 'Math.kernels'),
  ],
  listMetricsResourcesFromPipeline: [
    (m) => m.listMetricsResourcesFromPipeline('main', ResourceType.MEMORY, LOWEST, 5),
    ranked('mem_usage', 1, 5, among('main-1a', 'main-1b', 'main-2')),
  ],
  'listMetricsResourcesFromPipeline that is not known': [
    (m) => m.listMetricsResourcesFromPipeline('none', ResourceType.MEMORY, LOWEST, 5),
    [],
  ],
};

const sessions: Record<string, Call> = {
  listSessions: [
    (m) => m.listSessions(),
    ['main-1a', 'main-1b', 'main-2', 'dev-1', 'no-build', 'local', 'loc'],
  ],
  'listSessions with a tag': [(m) => m.listSessions({ withTags: 'my_tag' }), ['main-1a', 'main-2']],
  'listSessions with any of two tags': [
    (m) => m.listSessions({ withTags: ['my_tag', 'numpy'] }),
    ['main-1a', 'main-1b', 'main-2', 'dev-1'],
  ],
  'listSessions with all of two tags': [
    (m) => m.listSessions({ withTags: ['my_tag', 'numpy'], method: 'match_all' }),
    ['main-1a'],
  ],
  'listSessions with values': [
    (m) => m.listSessions({ withTags: ['numpy', 'my_tag'], restrictFlags: ['118', ''] }),
    ['main-1a', 'main-2', 'dev-1'],
  ],
  'listSessions with values as an object': [
    (m) => m.listSessions({ withTags: ['my_tag'], restrictFlags: { numpy: '118' }, method: 'match_all' }),
    ['main-1a'],
  ],
  'listSessions with commas and pluses': [
    (m) => m.listSessions({ restrictFlags: { 'a,b': 'x,y+z' } }),
    ['main-2'],
  ],
  'listSessions with a blank for a plus': [(m) => m.listSessions({ restrictFlags: { 'a,b': 'x,y z' } }), []],
  'listSessions by texts of numbers and booleans': [
    (m) => m.listSessions({ restrictFlags: { ratio: '1.0', on: 'True', 3: 'three' }, method: 'match_all' }),
    ['dev-1'],
  ],
  'listSessions in a range': [
    (m) => m.listSessions({ since: '2024-03-02', until: '2024-03-04' }),
    ['main-2', 'dev-1'],
  ],
  listSessionsFrom: [
    async (m) => m.listSessionsFrom(await m.listItemMetrics('test_load')),
    ['main-1a', 'main-1b', 'main-2', 'dev-1', 'no-build', 'local'],
  ],
  listContexts: [(m) => m.listContexts(), ['c1', 'c1-more', 'c2']],
  listContextsFrom: [async (m) => m.listContextsFrom(await m.listMetrics()), ['c1', 'c2']],
};

export const calls = { ...counts, ...gets, ...names, ...metrics, ...rankings, ...sessions };
