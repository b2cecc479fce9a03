import { Contexts } from '../collections/contexts.ts';
import { MetricColumns } from '../collections/metric-columns.ts';
import { Metrics } from '../collections/metrics.ts';
import { Sessions } from '../collections/sessions.ts';
import type { Page } from '../dialect.ts';
import { contextOf } from '../entities/context.ts';
import { Metric } from '../entities/metric.ts';
import { sessionOf } from '../entities/session.ts';
import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';
import type { ReadOptions } from './options.ts';

/** Pages as they come, each reported before it is handed on. */
async function* reported<R>(
  pages: AsyncGenerator<Page<R>>,
  { onProgress }: ReadOptions,
): AsyncGenerator<readonly R[]> {
  let done = 0;
  for await (const { rows, total } of pages) {
    done += rows.length;
    onProgress?.({ done, total });
    yield rows;
  }
}

/** Metrics of records. */
export function metricsOf(records: Iterable<MetricRecord>): Metrics {
  const columns = new MetricColumns();
  for (const record of records) columns.append(record);
  return new Metrics(columns);
}

/** All metrics of a list. */
export async function collectMetrics(
  pages: AsyncGenerator<Page<MetricRecord>>,
  options: ReadOptions,
): Promise<Metrics> {
  const columns = new MetricColumns();
  for await (const rows of reported(pages, options)) for (const row of rows) columns.append(row);
  return new Metrics(columns);
}

/** All sessions of a list. */
export async function collectSessions(
  pages: AsyncGenerator<Page<SessionRecord>>,
  options: ReadOptions,
): Promise<Sessions> {
  const sessions = new Sessions();
  for await (const rows of reported(pages, options)) for (const row of rows) sessions.add(sessionOf(row));
  return sessions;
}

/** All contexts of a list. */
export async function collectContexts(
  pages: AsyncGenerator<Page<ContextRecord>>,
  options: ReadOptions,
): Promise<Contexts> {
  const contexts = new Contexts();
  for await (const rows of reported(pages, options)) for (const row of rows) contexts.add(contextOf(row));
  return contexts;
}

/** The metrics of a list one after another: no more than two pages are in memory at a time. */
export async function* streamMetrics(
  pages: AsyncGenerator<Page<MetricRecord>>,
  options: ReadOptions,
): AsyncGenerator<Metric> {
  for await (const rows of reported(pages, options)) {
    const columns = new MetricColumns(Math.max(rows.length, 1));
    for (const row of rows) columns.append(row);
    for (let row = 0; row < columns.length; row++) yield new Metric(columns, row);
  }
}
