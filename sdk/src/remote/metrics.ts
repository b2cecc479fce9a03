import { routes } from '@monitor-server/contract';
import type { Dialect, MetricFilter, Page } from '../dialect.ts';
import type { MetricRecord } from '../records.ts';
import type { Http } from './http.ts';
import { fieldOf, PAGE_QUERY, pagesFrom } from './pages.ts';
import { meets, planOf, type Condition } from './plan.ts';
import { requestOf, type Query } from './requests.ts';
import { sessionsRequest } from './sessions.ts';

const counted = new Set(routes.map(({ name }) => name));

function rangeQuery({ since, until }: MetricFilter): Query {
  return [
    ['since', since],
    ['until', until],
  ];
}

/** Reads and counts metrics of any filter: what the route does not take is checked here, while reading. */
export function createMetricReader(
  http: Http,
): Pick<Dialect, 'metrics'> & { count: Dialect['countMetrics'] } {
  async function sessionsOf(scm: string | undefined, signal: AbortSignal | undefined): Promise<Set<string>> {
    const hashes = new Set<string>();
    if (scm === undefined) return hashes;
    const pages = pagesFrom<{ session_h: string }>(http, sessionsRequest({ scm }), 'sessions', signal);
    for await (const { rows } of pages) for (const { session_h } of rows) hashes.add(session_h);
    return hashes;
  }

  async function* filtered(
    pages: AsyncGenerator<Page<MetricRecord>>,
    conditions: readonly Condition[],
    filter: MetricFilter,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page<MetricRecord>> {
    const sessions = await sessionsOf(conditions.includes('scm') ? filter.scm : undefined, signal);
    for await (const { rows } of pages) {
      const fitting = rows.filter((row) =>
        conditions.every((condition) => meets(row, condition, filter[condition] ?? '', sessions)),
      );
      yield { rows: fitting, total: undefined };
    }
  }

  function metrics(filter: MetricFilter, signal?: AbortSignal): AsyncGenerator<Page<MetricRecord>> {
    const { route, parameters, rest } = planOf(filter);
    const path = requestOf(route, parameters, [...PAGE_QUERY, ...rangeQuery(filter)]);
    const pages = pagesFrom<MetricRecord>(http, path, 'metrics', signal);
    return rest.length === 0 ? pages : filtered(pages, rest, filter, signal);
  }

  async function count(filter: MetricFilter, signal?: AbortSignal): Promise<number> {
    const { route, parameters, rest } = planOf(filter);
    const name = route.replace('list', 'count');
    if (rest.length === 0 && counted.has(name)) {
      const path = requestOf(name, parameters, rangeQuery(filter));
      return fieldOf<number>(await http.get(path, signal), 'count', Number.isInteger, path);
    }
    let total = 0;
    for await (const { rows } of metrics(filter, signal)) total += rows.length;
    return total;
  }

  return { metrics, count };
}
