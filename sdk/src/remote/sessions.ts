import type { SessionFilter, TagCondition } from '../dialect.ts';
import { PAGE_QUERY } from './pages.ts';
import { requestOf, type Query } from './requests.ts';

/**
 * Conditions on tags as query parameters. A parameter that is given once is split at commas, so a lone condition is
 * followed by an empty one, which filters nothing.
 */
function tagQuery(tags: readonly TagCondition[], method: SessionFilter['method']): Query {
  if (tags.length === 0) return [];
  const padded: readonly TagCondition[] = tags.length === 1 ? [...tags, { name: '' }] : tags;
  return [
    ...padded.map(({ name }) => ['with_flags', name] as const),
    ...padded.map(({ value }) => ['restrict_flags', value ?? ''] as const),
    ['method', method ?? 'match_any'],
  ];
}

/** The request for the sessions of a filter. */
export function sessionsRequest({ scm, tags = [], method, since, until }: SessionFilter): string {
  const query: Query = [...PAGE_QUERY, ...tagQuery(tags, method), ['since', since], ['until', until]];
  if (scm !== undefined) return requestOf('listScmSessions', { scm }, query);
  return requestOf('listSessions', {}, query);
}
