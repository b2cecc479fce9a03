import {
  asksForPages,
  readFlags,
  readRange,
  resourceNames,
  RANKING_DEFAULT,
  RANKING_LIMIT,
  ProblemError,
  type Parameters,
  type TimeRange,
} from '@monitor-server/contract';
import type { ApiRequest } from '@monitor-server/runtime/http';
import type {
  CountQuery,
  ListQuery,
  MetricFilter,
  PageRequest,
  RankingFilter,
  SessionFilter,
} from '@monitor-server/store';

/** The parameters of a path that stand for a condition on metrics; their names are those of the filter. */
function pick<K extends keyof Parameters>(
  parameters: Parameters,
  names: readonly K[],
): Partial<Record<K, string>> {
  const picked: Partial<Record<K, string>> = {};
  for (const name of names) if (parameters[name] !== undefined) picked[name] = parameters[name];
  return picked;
}

const METRIC_NAMES = [
  'session',
  'context',
  'item',
  'variant',
  'itemLike',
  'variantLike',
  'component',
  'kind',
  'scm',
] as const;

function rangeOf({ route, query }: ApiRequest): { range?: TimeRange } {
  const range = readRange(query, route.timed === true);
  return range === undefined ? {} : { range };
}

function metricFilter(request: ApiRequest): MetricFilter {
  return { ...pick(request.parameters, METRIC_NAMES), ...rangeOf(request) };
}

function sessionFilter(request: ApiRequest): SessionFilter {
  const flags = request.route.answer === 'sessions' ? readFlags(request.query) : undefined;
  return {
    ...pick(request.parameters, ['prefix', 'scm']),
    ...(flags === undefined ? {} : { flags }),
    ...rangeOf(request),
  };
}

function ranking(request: ApiRequest): ListQuery {
  const { parameters, route } = request;
  const resource = Object.hasOwn(resourceNames, parameters.resource ?? '')
    ? resourceNames[parameters.resource ?? '']
    : undefined;
  if (resource === undefined) {
    const known = Object.keys(resourceNames).join(', ');
    throw new ProblemError(404, `There is no resource "${parameters.resource}", only ${known}.`);
  }
  const n = parameters.n ?? String(RANKING_DEFAULT);
  if (!/^\d+$/.test(n)) throw new ProblemError(404, `A ranking holds a whole number of metrics, not "${n}".`);
  const filter: RankingFilter = {
    ...pick(parameters, ['component', 'pipeline', 'build']),
    ...rangeOf(request),
  };
  return {
    list: 'ranking',
    filter,
    resource,
    end: route.end ?? 'head',
    n: Math.min(Number(n), RANKING_LIMIT),
  };
}

/** What a request for a list asks of the store. */
export function listQueryOf(request: ApiRequest, page: PageRequest): ListQuery {
  const { parameters, query, route } = request;
  const { component, pipeline = '', build = '' } = parameters;
  const ofComponent = component === undefined ? {} : { component };
  switch (route.answer) {
    case 'metrics':
      return { list: 'metrics', filter: metricFilter(request), page };
    case 'sessions':
      return { list: 'sessions', filter: sessionFilter(request), page };
    case 'ranking':
      return ranking(request);
    case 'contexts':
      return { list: 'contexts', filter: pick(parameters, ['prefix']), page };
    case 'components':
      return {
        list: 'components',
        filter: pick(parameters, ['prefix']),
        ...(asksForPages(query) && { page }),
      };
    case 'pipelines':
      return { list: 'pipelines', filter: {} };
    case 'componentPipelines':
      return { list: 'pipelines', filter: ofComponent, page };
    case 'builds':
      return { list: 'builds', filter: { pipeline, ...ofComponent }, page };
    case 'buildSessions':
      return { list: 'buildSessions', filter: { pipeline, build, ...ofComponent }, page };
    default:
      throw new Error(`${route.name} is no list`);
  }
}

/** What a request for a count asks of the store. */
export function countQueryOf(request: ApiRequest): CountQuery {
  const { counts } = request.route;
  if (counts === 'metrics') return { count: 'metrics', filter: metricFilter(request) };
  if (counts === 'sessions') return { count: 'sessions', filter: sessionFilter(request) };
  // Refuses a time range, which these counts have no use for.
  readRange(request.query, false);
  return counts === 'contexts' ? { count: 'contexts' } : { count: 'components' };
}
