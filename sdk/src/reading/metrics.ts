import { MetricColumns } from '../collections/metric-columns.ts';
import { Metrics } from '../collections/metrics.ts';
import type { Dialect } from '../dialect.ts';
import { Metric } from '../entities/metric.ts';
import { reported } from './collecting.ts';
import { filterOf, type CountQuery, type MetricQuery } from './options.ts';

/** All metrics that meet a query. */
export async function readMetrics(dialect: Dialect, query: MetricQuery): Promise<Metrics> {
  const columns = new MetricColumns();
  const pages = dialect.metrics(filterOf(query), query.signal);
  for await (const rows of reported(pages, query)) for (const row of rows) columns.append(row);
  return new Metrics(columns);
}

/** The metrics that meet a query one after another: no more than two pages are in memory at a time. */
export async function* streamMetrics(dialect: Dialect, query: MetricQuery): AsyncGenerator<Metric> {
  const pages = dialect.metrics(filterOf(query), query.signal);
  for await (const rows of reported(pages, query)) {
    const columns = new MetricColumns(Math.max(rows.length, 1));
    for (const row of rows) columns.append(row);
    for (let row = 0; row < columns.length; row++) yield new Metric(columns, row);
  }
}

/** How many metrics there are: of a session, else of a context, else of an SCM reference, else all. */
export function countMetrics(dialect: Dialect, query: CountQuery): Promise<number> {
  const { sessionH: session, contextH: context, scmRef: scm, since, until, signal } = query;
  const condition = [{ session }, { context }, { scm }].find((each) => Object.values(each)[0] !== undefined);
  return dialect.countMetrics(filterOf({ ...condition, since, until }), signal);
}
