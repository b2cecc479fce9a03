import { scopesOf, type Route } from '../routes.ts';
import type { Json } from './schemas.ts';

/** The ways to say who asks, where the server asks for access tokens. */
export const securitySchemes: Record<string, Json> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An access token, where the server asks for one. It has scopes: `ingest` for what stores and for finding ' +
      'execution contexts, `query` for what reads, `admin` for everything.',
  },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The same token as the password of any user, as in `https://ci:TOKEN@host`.',
  },
};

/** Which tokens open a route, each a way of its own; none where it is open to everybody. */
export function securityOf(route: Route): Json[] {
  return Object.keys(securitySchemes).flatMap((scheme) =>
    scopesOf(route).map((scope) => ({ [scheme]: [scope] })),
  );
}
