import type { Resource } from './values.ts';

/** What a path parameter stands for; each is also the key of the filter it sets. */
export type ParameterName =
  | 'session'
  | 'context'
  | 'item'
  | 'variant'
  | 'itemLike'
  | 'variantLike'
  | 'component'
  | 'pipeline'
  | 'build'
  | 'kind'
  | 'scm'
  | 'prefix'
  | 'resource'
  | 'n';

/** The shape of an answer. */
export type AnswerKind =
  | 'metrics'
  | 'sessions'
  | 'contexts'
  | 'components'
  | 'pipelines'
  | 'componentPipelines'
  | 'builds'
  | 'buildSessions'
  | 'ranking'
  | 'count'
  | 'metric'
  | 'session'
  | 'context'
  | 'import'
  | 'document'
  | 'openapi'
  | 'page';

/** What a count counts. */
export type Countable = 'metrics' | 'sessions' | 'contexts' | 'components';

export interface Route {
  /** Unique; the operation's id in the OpenAPI document. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** The canonical path below `/api/v1`, as links spell it. */
  readonly path: string;
  /** Other spellings of the path that are served. */
  readonly also?: readonly string[];
  readonly answer: AnswerKind;
  readonly summary: string;
  /** Parameters that the path implies. */
  readonly fixed?: Partial<Record<ParameterName, string>>;
  readonly counts?: Countable;
  /** The answer depends on times, so `since` and `until` are taken. */
  readonly timed?: boolean;
  /** The end of a resource's order that a ranking starts from: highest or lowest first. */
  readonly end?: 'head' | 'tail';
}

const metricLists: Route[] = (
  [
    ['Metrics', '/metrics/', 'All metrics'],
    ['SessionMetrics', '/sessions/{session}/metrics', 'Metrics of a session', ['/session/{session}/metrics']],
    ['ContextMetrics', '/contexts/{context}/metrics', 'Metrics of an execution context'],
    ['ItemMetrics', '/items/{item}/metrics', 'Metrics of a test, whatever its variant'],
    ['VariantMetrics', '/variants/{variant}/metrics', 'Metrics of one variant of a test'],
    ['ScmMetrics', '/filters/scm/{scm}/metrics', 'Metrics of sessions whose SCM reference starts so'],
    ['ScopeMetrics', '/filters/scope/{kind}/metrics', 'Metrics of one kind: function, module, …'],
  ] as [string, string, string, string[]?][]
).flatMap(([name, path, summary, also]): Route[] => {
  const count = (text: string): string => `${text.replace(/\/$/, '')}/count`;
  return [
    {
      name: `list${name}`,
      method: 'GET',
      path,
      ...(also && { also }),
      answer: 'metrics',
      summary,
      timed: true,
    },
    {
      name: `count${name}`,
      method: 'GET',
      path: count(path),
      ...(also && { also: also.map(count) }),
      answer: 'count',
      counts: 'metrics',
      summary: `Count: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`,
      timed: true,
    },
  ];
});

const metricFilters: Route[] = (
  [
    [
      'ItemsLike',
      '/items/like/{itemLike}/metrics',
      'Metrics of tests whose name holds a text',
      ['/items/like/{itemLike}'],
    ],
    [
      'VariantsLike',
      '/variants/like/{variantLike}/metrics',
      'Metrics of variants whose name holds a text',
      ['/variants/like/{variantLike}'],
    ],
    ['Component', '/components/{component}/metrics', 'Metrics of a component'],
    ['ComponentItem', '/components/{component}/items/{item}/metrics', 'Metrics of a test in a component'],
    [
      'ComponentVariant',
      '/components/{component}/variants/{variant}/metrics',
      'Metrics of a variant in a component',
    ],
  ] as [string, string, string, string[]?][]
).flatMap(([name, path, summary, also]): Route[] => {
  const route: Route = {
    name: `list${name}Metrics`,
    method: 'GET',
    path,
    ...(also && { also }),
    answer: 'metrics',
    summary,
    timed: true,
  };
  if (!path.includes('{component}')) return [route];
  const without: Route = {
    ...route,
    name: `list${name.replace('Component', 'NoComponent')}Metrics`,
    path: path.replace('/{component}', ''),
    summary: `${summary.replace(/ (of|in) a component$/, '')} without a component`,
    fixed: { component: '' },
  };
  return [route, without];
});

const rankings: Route[] = (
  [
    ['', '', ''],
    ['Component', '/components/{component}', ' of a component'],
    ['Pipeline', '/pipelines/{pipeline}', ' of a pipeline'],
    ['Build', '/pipelines/{pipeline}/builds/{build}', ' of a build'],
  ] as const
).flatMap(([name, scope, summary]) =>
  (['head', 'tail'] as const).map((end): Route => ({
    name: `${end === 'head' ? 'highest' : 'lowest'}${name}Metrics`,
    method: 'GET',
    path: `/resources/{resource}${scope}/${end}/{n}/metrics`,
    also: [`/resources/{resource}${scope}/${end}/metrics`],
    answer: 'ranking',
    summary: `The ${end === 'head' ? 'most' : 'least'} costly metrics${summary} by one resource`,
    timed: true,
    end,
  })),
);

/**
 * Every operation of the v1 API. Routing, links, the SDK and the OpenAPI document come from this table;
 * nothing about a path is written anywhere else.
 */
export const routes: readonly Route[] = [
  { name: 'createMetric', method: 'POST', path: '/metrics/', answer: 'metric', summary: 'Store a metric' },
  ...metricLists,
  ...metricFilters,
  {
    name: 'createSession',
    method: 'POST',
    path: '/sessions/',
    also: ['/sessions/{session}'],
    answer: 'session',
    summary: 'Store a session',
  },
  {
    name: 'listSessions',
    method: 'GET',
    path: '/sessions/',
    answer: 'sessions',
    summary: 'All sessions, or those with certain tags',
    timed: true,
  },
  {
    name: 'findSessions',
    method: 'GET',
    path: '/sessions/{prefix}',
    answer: 'sessions',
    summary: 'Sessions whose hash starts so',
    timed: true,
  },
  {
    name: 'listScmSessions',
    method: 'GET',
    path: '/filters/scm/{scm}/sessions',
    answer: 'sessions',
    summary: 'Sessions whose SCM reference starts so',
    timed: true,
  },
  {
    name: 'countSessions',
    method: 'GET',
    path: '/sessions/count',
    answer: 'count',
    counts: 'sessions',
    summary: 'Count: all sessions',
    timed: true,
  },
  {
    name: 'createContext',
    method: 'POST',
    path: '/contexts/',
    also: ['/contexts/{context}'],
    answer: 'context',
    summary: 'Store an execution context',
  },
  {
    name: 'listContexts',
    method: 'GET',
    path: '/contexts/',
    answer: 'contexts',
    summary: 'All execution contexts',
  },
  {
    name: 'findContexts',
    method: 'GET',
    path: '/contexts/{prefix}',
    answer: 'contexts',
    summary: 'Execution contexts whose hash starts so',
  },
  {
    name: 'countContexts',
    method: 'GET',
    path: '/contexts/count',
    answer: 'count',
    counts: 'contexts',
    summary: 'Count: all execution contexts',
  },
  {
    name: 'listComponents',
    method: 'GET',
    path: '/components/',
    answer: 'components',
    summary: 'All components',
  },
  {
    name: 'findComponents',
    method: 'GET',
    path: '/components/{prefix}',
    answer: 'components',
    summary: 'Components whose name starts so',
  },
  {
    name: 'countComponents',
    method: 'GET',
    path: '/components/count',
    answer: 'count',
    counts: 'components',
    summary: 'Count: all components',
  },
  {
    name: 'listComponentPipelines',
    method: 'GET',
    path: '/components/{component}/pipelines',
    answer: 'componentPipelines',
    summary: 'Pipelines with metrics of a component',
  },
  {
    name: 'listComponentBuilds',
    method: 'GET',
    path: '/components/{component}/pipelines/{pipeline}/builds',
    answer: 'builds',
    summary: 'Builds of a pipeline with metrics of a component',
  },
  {
    name: 'listComponentBuildSessions',
    method: 'GET',
    path: '/components/{component}/pipelines/{pipeline}/builds/{build}/sessions',
    answer: 'buildSessions',
    summary: 'Sessions of a build with metrics of a component',
  },
  {
    name: 'listPipelines',
    method: 'GET',
    path: '/pipelines/',
    answer: 'pipelines',
    summary: 'All pipelines',
  },
  {
    name: 'listBuilds',
    method: 'GET',
    path: '/pipelines/{pipeline}/builds',
    answer: 'builds',
    summary: 'Builds of a pipeline',
  },
  {
    name: 'listBuildSessions',
    method: 'GET',
    path: '/pipelines/{pipeline}/builds/{build}/sessions',
    answer: 'buildSessions',
    summary: 'Sessions of a build',
  },
  ...rankings,
  {
    name: 'importRecords',
    method: 'POST',
    path: '/import',
    answer: 'import',
    summary: 'Store a stream of metrics, sessions and execution contexts',
  },
  {
    name: 'readDocs',
    method: 'GET',
    path: '/docs',
    answer: 'document',
    summary: 'This reference, as a page',
  },
  {
    name: 'readOpenapi',
    method: 'GET',
    path: '/openapi.json',
    also: ['/swagger.json'],
    answer: 'openapi',
    summary: 'This reference, as an OpenAPI document',
  },
  {
    name: 'readLanding',
    method: 'GET',
    path: '/',
    also: ['/index.html'],
    answer: 'page',
    summary: 'A page about this server',
  },
];

/** The names a resource has in paths. */
export const resourceNames: Readonly<Record<string, Resource>> = {
  memory: 'mem_usage',
  mem_usage: 'mem_usage',
  cpu: 'cpu_usage',
  cpu_usage: 'cpu_usage',
  kernel_time: 'kernel_time',
  user_time: 'user_time',
  total_time: 'total_time',
};

/** How many metrics a ranking holds unless told, and at most. */
export const RANKING_DEFAULT = 10;
export const RANKING_LIMIT = 500;

/** The bounds of `per_page`. */
export const PAGE_SIZE_LIMIT = 5000;
