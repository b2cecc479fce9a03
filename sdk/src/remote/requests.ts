import { pathOf, routes, type ParameterName, type Route } from '@monitor-server/contract';
import { UnsupportedError } from '../errors.ts';

const byName = new Map(routes.map((route) => [route.name, route]));

export type Parameters = Partial<Record<ParameterName, string>>;

/** A query parameter; one whose value is undefined is left out. */
export type Query = readonly (readonly [name: string, value: string | number | undefined])[];

/** The route of a name. */
export function routeNamed(name: string): Route {
  const route = byName.get(name);
  if (route === undefined) throw new Error(`there is no route ${name}`);
  return route;
}

/**
 * Whether a name can stand in a path. An empty one cannot, and every client of HTTP takes away segments of dots, be
 * they encoded or not.
 */
export function addressable(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..';
}

function queryOf(query: Query): string {
  const parts = query.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** The path and query of a request to a route; throws an UnsupportedError for a name that no path can hold. */
export function requestOf(name: string, parameters: Parameters = {}, query: Query = []): string {
  for (const value of Object.values(parameters)) {
    if (addressable(value)) continue;
    throw new UnsupportedError(`a server cannot be asked for the name "${value}"`);
  }
  return `${pathOf(routeNamed(name), parameters)}${queryOf(query)}`;
}
