import { RANKING_LIMIT } from '@monitor-server/contract';
import type { RankingQuery } from '../dialect.ts';
import type { ResourceMethod, ResourceType } from '../enums.ts';
import { UnsupportedError } from '../errors.ts';
import { rangeOf, type RangeOptions } from './options.ts';

/** What a ranking is about: everything, a component, a pipeline, or a build of one. */
export type RankingScope = Pick<RankingQuery, 'component' | 'pipeline' | 'build'>;

/** A ranking as dialects take it; throws where its length is no whole number, or a name is empty. */
export function rankingQuery(
  resource: ResourceType,
  method: ResourceMethod,
  maxElement: number,
  scope: RankingScope,
  options: RangeOptions,
): RankingQuery {
  if (!Number.isInteger(maxElement) || maxElement < 0) {
    throw new RangeError(`a ranking holds a whole number of metrics, not ${maxElement}`);
  }
  for (const [what, name] of Object.entries(scope)) {
    if (name === '') throw new UnsupportedError(`a ranking of a ${what} needs the name of one`);
  }
  return { resource, method, n: Math.min(maxElement, RANKING_LIMIT), ...scope, ...rangeOf(options) };
}
