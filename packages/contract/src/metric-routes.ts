import type { Route } from './route.ts';

export const metricLists: Route[] = (
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

export const metricFilters: Route[] = (
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

export const rankings: Route[] = (
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
