import { API_PREFIX, resolve, type Parameters } from './resolution.ts';
import type { ParameterName, Route } from './routes.ts';
import { decodeLoosely, encodeSegment } from './url.ts';

/**
 * The absolute path of a route, names encoded. Parameters that are not there are left out together with
 * their segment, as in the short forms of the rankings.
 */
export function pathOf(route: Route, parameters: Parameters): string {
  const path = spell(route, parameters, encodeSegment);
  const resolution = resolve(route.method, path);
  if (!resolution.found || resolution.route === route) return path;
  // A name such as `count` reads as a fixed word; encoded it does not.
  return spell(route, parameters, (name) => encodeSegment(name).replace(/^\w/, encodeLetter));
}

function encodeLetter(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
}

function spell(route: Route, parameters: Parameters, encode: (name: string) => string): string {
  const segments = route.path.split('/').flatMap((word) => {
    if (!word.startsWith('{')) return [word];
    const value = parameters[word.slice(1, -1) as ParameterName];
    return value === undefined ? [] : [encode(value)];
  });
  return `${API_PREFIX}${segments.join('/')}`;
}

const PAGING = new Set(['page', 'after']);

/** The link to another page: every other query parameter is repeated as it was sent. */
export function pageLink(
  route: Route,
  parameters: Parameters,
  query: string,
  page: number,
  after?: string,
): string {
  const kept = query.split('&').filter((part) => {
    return part !== '' && !PAGING.has(decodeLoosely(part.split('=', 1)[0] ?? ''));
  });
  kept.push(`page=${page}`);
  if (after !== undefined) kept.push(`after=${after}`);
  return `${pathOf(route, parameters)}?${kept.join('&')}`;
}
