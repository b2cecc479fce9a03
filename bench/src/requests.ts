import { pathOf, routes, type Route } from '@monitor-server/contract';
import { resources, type Landmark } from './landmarks.ts';

/** A GET to measure. */
export interface Read {
  /** Of the table: reads of one group share a row, in which the slowest shows. */
  group: string;
  label: string;
  path: string;
  /** Walk this many links from here, each a measurement; 0 measures the path itself. */
  links: number;
  /** How far into the list the walk begins, as a share of its pages. Shorter lists than three pages are left out. */
  depth: number;
  /** Whether the limit of 15 ms is meant for it. */
  isLimited: boolean;
  /** Fails when there is nothing in the answer: nothing is found quickly. */
  hasContent: boolean;
}

const pagedAnswers = new Set([
  'metrics',
  'sessions',
  'contexts',
  'components',
  'componentPipelines',
  'builds',
  'buildSessions',
]);

const isScoped = ({ answer, path }: Route): boolean =>
  path.split('{').length > (answer === 'ranking' ? 3 : 1);

/** What differs between the reads of one list. */
type Way = Pick<Read, 'label' | 'links' | 'depth'> & { query: string };

const ways = (route: Route): Way[] => {
  if (!pagedAnswers.has(route.answer)) return [{ label: '', query: '', links: 0, depth: 0 }];
  return [
    { label: 'page 1', query: '?page=1', links: 0, depth: 0 },
    { label: 'page −1', query: '?page=-1', links: 0, depth: 0 },
    { label: 'links', query: '', links: 50, depth: 0 },
    { label: 'links from the middle', query: '', links: 10, depth: 0.5 },
    { label: 'links near the end', query: '', links: 10, depth: 0.9 },
  ];
};

const plain = (route: Route, { label, parametersFor }: Landmark): Read[] =>
  ways(route).map((way) => ({
    group: route.path,
    label: [isScoped(route) && label, way.label].filter(Boolean).join(', '),
    path: pathOf(route, parametersFor(route)) + way.query,
    links: way.links,
    depth: way.depth,
    isLimited: true,
    hasContent: label === 'frequent' && !route.fixed && route.answer !== 'openapi',
  }));

const ranking = (route: Route, { label, parametersFor }: Landmark): Read[] =>
  [10, 50].flatMap((n) =>
    resources.map((resource) => ({
      group: route.path.replace('{n}', String(n)),
      label: [isScoped(route) && label, resource].filter(Boolean).join(', '),
      path: pathOf(route, { ...parametersFor(route), resource, n: String(n) }),
      links: 0,
      depth: 0,
      isLimited: true,
      hasContent: label === 'frequent',
    })),
  );

const flags: [label: string, query: string][] = [
  ['one flag', '?with_flags=numpy'],
  ['a rare flag', '?with_flags=note'],
  ['an absent flag', '?with_flags=no_such'],
  ['a flag and its value', '?with_flags=numpy&restrict_flags=2.1.0'],
  ['all of two', '?with_flags=numpy,pipeline_branch&restrict_flags=1.26.4,main&method=match_all'],
  ['any of two', '?with_tags=numpy,note&method=match_any&page=-1'],
];

/** Arbitrary bounds defeat counters and extremes kept by the writer, so no limit is set for these. */
const spans: [label: string, query: string][] = [
  ['a day', '?since=2025-01-10&until=2025-01-11'],
  ['two weeks', '?since=2025-01-05&until=2025-01-19'],
];

const timed = (route: Route, { label, parametersFor }: Landmark): Read[] =>
  spans.map(([span, query]) => ({
    group: `${route.path}?since&until`,
    label: [isScoped(route) && label, span].filter(Boolean).join(', '),
    path: pathOf(route, { ...parametersFor(route), resource: 'memory', n: '10' }) + query,
    links: 0,
    depth: 0,
    isLimited: false,
    hasContent: false,
  }));

/** Every GET route with every landmark it can name, and the queries that choose differently. */
export const reads = (landmarks: Landmark[], rows: number): Read[] => {
  const found: Read[] = [];
  // An export is as long as the database; it is measured on its own.
  for (const route of routes.filter(({ method, answer }) => method === 'GET' && answer !== 'export')) {
    for (const landmark of isScoped(route) ? landmarks : landmarks.slice(0, 1)) {
      found.push(...(route.answer === 'ranking' ? ranking : plain)(route, landmark));
      if (route.timed) found.push(...timed(route, landmark));
    }
  }
  for (const [label, query] of flags) {
    const path = `/api/v1/sessions/${query}`;
    const group = '/sessions/?with_flags';
    found.push({ group, label, path, links: 0, depth: 0, isLimited: true, hasContent: false });
  }
  const middle = `/api/v1/metrics/?page=${Math.floor(rows / 1000)}`;
  found.push({
    group: '/metrics/?page=N, the middle',
    label: '',
    path: middle,
    links: 0,
    depth: 0,
    isLimited: false,
    hasContent: true,
  });
  return found;
};
