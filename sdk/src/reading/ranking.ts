import { RANKING_LIMIT } from '@monitor-server/contract';
import { MetricColumns } from '../collections/metric-columns.ts';
import { Metrics } from '../collections/metrics.ts';
import type { Dialect, RankingQuery } from '../dialect.ts';
import type { ResourceMethod, ResourceType } from '../enums.ts';
import { UnsupportedError } from '../errors.ts';
import { rangeOf, type RangeOptions } from './options.ts';

/** What a ranking is about: everything, a component, a pipeline, or a build of one. */
export type RankingScope = Pick<RankingQuery, 'component' | 'pipeline' | 'build'>;

/** The metrics of a ranking; throws where its length is no whole number, or a name is empty. */
export async function rankMetrics(
  dialect: Dialect,
  resource: ResourceType,
  method: ResourceMethod,
  maxElement: number,
  scope: RankingScope,
  options: RangeOptions,
): Promise<Metrics> {
  if (!Number.isInteger(maxElement) || maxElement < 0) {
    throw new RangeError(`a ranking holds a whole number of metrics, not ${maxElement}`);
  }
  for (const [what, name] of Object.entries(scope)) {
    if (name === '') throw new UnsupportedError(`a ranking of a ${what} needs the name of one`);
  }
  const n = Math.min(maxElement, RANKING_LIMIT);
  const query: RankingQuery = { resource, method, n, ...scope, ...rangeOf(options) };
  const columns = new MetricColumns();
  for (const row of await dialect.ranking(query, options.signal)) columns.append(row);
  return new Metrics(columns);
}
