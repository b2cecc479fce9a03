import { MetricScope, ResourceMethod, ResourceType, type Monitor } from '../src/index.ts';

const SESSION = '50793becbecb2a38821be3a4b0077996';
const CONTEXT = '6c7ba26e92858f8415f031c550a31338';

/** Calls over the recorded file, each of which answers with something. */
export const recordedCalls: Record<string, (monitor: Monitor) => Promise<unknown>> = {
  countComponents: (m) => m.countComponents(),
  countContexts: (m) => m.countContexts(),
  countMetrics: (m) => m.countMetrics(),
  'countMetrics of a session': (m) => m.countMetrics({ sessionH: SESSION }),
  'countMetrics of a context': (m) => m.countMetrics({ contextH: CONTEXT }),
  'countMetrics of an SCM reference': (m) => m.countMetrics({ scmRef: 'f41cefd1' }),
  countSessions: (m) => m.countSessions(),
  getContext: async (m) => (await m.getContext(CONTEXT))?.toRecord(),
  getSession: async (m) => (await m.getSession(SESSION))?.toRecord(),
  listComponentMetrics: (m) => m.listComponentMetrics('math.kernels'),
  'listComponentMetrics without a component': (m) => m.listComponentMetrics(),
  listComponents: (m) => m.listComponents(),
  listContextMetrics: (m) => m.listContextMetrics(CONTEXT),
  listContexts: (m) => m.listContexts(),
  listContextsFrom: async (m) => m.listContextsFrom(await m.listMetrics()),
  listItemMetrics: (m) => m.listItemMetrics('test_roundtrip'),
  'listItemMetrics of a module': (m) => m.listItemMetrics('tests/pkg/test_nocomponent'),
  listMetrics: (m) => m.listMetrics(),
  listMetricsByScmId: (m) => m.listMetricsByScmId('f41'),
  'listMetricsByType of functions': (m) => m.listMetricsByType(MetricScope.FUNCTION),
  'listMetricsByType of modules': (m) => m.listMetricsByType(MetricScope.MODULE),
  listMetricsFrom: async (m) => m.listMetricsFrom({ sessions: await m.listSessions() }),
  'listMetricsFrom contexts': async (m) => m.listMetricsFrom({ contexts: await m.listContexts() }),
  listMetricsFromPattern: (m) => m.listMetricsFromPattern({ item: 'TRIP' }),
  'listMetricsFromPattern of variants': (m) => m.listMetricsFromPattern({ variant: '[1' }),
  listMetricsOfVariant: (m) => m.listMetricsOfVariant('test_roundtrip[3]'),
  'listMetricsOfVariant in a component': (m) => m.listMetricsOfVariant('test_roundtrip[3]', 'io'),
  'listMetricsOfVariant of modules': (m) => m.listMetricsOfVariant(''),
  ...Object.fromEntries(
    Object.values(ResourceType).flatMap((resource) =>
      Object.values(ResourceMethod).map((method) => [
        `listMetricsResources: ${method} ${resource}`,
        (m: Monitor) => m.listMetricsResources(resource, method, 30),
      ]),
    ),
  ),
  listMetricsResourcesFromComponent: (m) => m.listMetricsResourcesFromComponent('io', 'memory', 'top'),
  listSessionMetrics: (m) => m.listSessionMetrics(SESSION),
  'listSessionMetrics in a range': (m) =>
    m.listSessionMetrics(SESSION, { since: '2026-11-22T17:35:33.650029', until: '2026-11-22T17:35:34' }),
  listSessions: (m) => m.listSessions(),
  'listSessions with tags': (m) => m.listSessions({ withTags: ['numpy'], restrictFlags: ['1.26.4'] }),
  listSessionsFrom: async (m) => m.listSessionsFrom(await m.listMetrics()),
};
