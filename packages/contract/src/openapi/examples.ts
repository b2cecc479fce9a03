import { pageLink } from '../links.ts';
import type { Context } from '../context.ts';
import type { Metric } from '../metric.ts';
import type { Parameters } from '../resolution.ts';
import type { AnswerKind, Route } from '../routes.ts';
import type { Session } from '../session.ts';
import { answerContext, answerSession, BUILD_TAG, PIPELINE_TAG } from '../values.ts';

export const metricExample: Metric = {
  session_h: 'abc80479fbd5044c622dd636c27bef54',
  context_h: '6c7ba26e92858f8415f031c550a31338',
  item_start_time: '2026-11-22T17:35:37.594754',
  item_path: 'test_io',
  item: 'test_roundtrip',
  item_variant: 'test_roundtrip[0]',
  item_fs_loc: 'tests/test_io.py',
  kind: 'function',
  component: 'io',
  total_time: 0.05617189407348633,
  user_time: 0.02999999999999997,
  kernel_time: 0.009999999999999995,
  cpu_usage: 0.7120998972844027,
  mem_usage: 0.390625,
};

export const contextExample: Context = {
  h: metricExample.context_h,
  cpu_count: 2,
  cpu_frequency: 2596.12,
  cpu_type: '',
  cpu_vendor: 'AMD EPYC',
  ram_total: 24105,
  machine_node: 'runner-7',
  machine_type: 'x86_64',
  machine_arch: '64bit',
  system_info: 'Linux - 6.18.44',
  python_info: '3.11.2 (main, Apr 28 2025, 14:11:48) [GCC 12.2.0]',
};

const pipeline = 'unit-tests';
const build = '4711';

const session: Session = {
  session_h: metricExample.session_h,
  run_date: '2026-11-22T17:35:37.391920',
  scm_ref: 'f41cefd139e4990e7068fe34b39144608cba356d',
  tags: [
    [PIPELINE_TAG, pipeline],
    [BUILD_TAG, build],
    ['__ci__', 'gitlabci'],
    ['numpy', '1.26.4'],
  ],
};

const { tags, ...untagged } = session;

export const sessionExample = { ...untagged, description: Object.fromEntries(tags) };

const bodies = [
  { type: 'context', ...contextExample },
  { type: 'session', ...sessionExample },
  { type: 'metric', id: 'nightly-4711:1', ...metricExample },
];

export const importExample = bodies.map((body) => `${JSON.stringify(body)}\n`).join('');

/** What stands in for each path parameter: together they lead to the metric above. */
export const parameterExamples = {
  session: session.session_h,
  context: contextExample.h,
  item: metricExample.item,
  variant: metricExample.item_variant,
  itemLike: 'round',
  variantLike: '[0]',
  component: metricExample.component,
  pipeline,
  build,
  kind: metricExample.kind,
  scm: 'f41cefd',
  prefix: '6c7b',
  resource: 'memory',
  n: '10',
} as const satisfies Required<Parameters>;

/** An answer of a route to its example parameters, or undefined where it is no JSON of the API. */
export function answerExample(route: Route): unknown {
  const links = { next_url: pageLink(route, parameterExamples, '', 2), total_page: 3 };
  const names = { ...links, prev_url: null };
  const component = route.path.includes('{component}') ? { component: parameterExamples.component } : {};
  const examples: Partial<Record<AnswerKind, unknown>> = {
    metrics: { metrics: [metricExample], ...links },
    sessions: { sessions: [answerSession(session)], ...links },
    contexts: { contexts: [answerContext(contextExample)], ...links },
    components: { components: [metricExample.component, 'network'], ...links },
    pipelines: { pipelines: [pipeline, 'nightly'] },
    componentPipelines: { ...component, pipelines: [pipeline, 'nightly'], ...names },
    builds: { ...component, pipeline, builds: [build, '4712'], ...names },
    buildSessions: { ...component, pipeline, build, sessions: [session.session_h], ...names },
    ranking: { metrics: [metricExample], prev_url: null, next_url: null, total_page: 1 },
    count: { count: 1342 },
    export: `${JSON.stringify(metricExample)}\n`,
    metric: metricExample,
    session: answerSession(session),
    context: answerContext(contextExample),
    import: { accepted: bodies.length, rejected: 0, metrics: 1, sessions: 1, contexts: 1, errors: [] },
  };
  return examples[route.answer];
}
