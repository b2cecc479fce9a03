import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../config/index.ts';

/** Counts one more, and tells after how many seconds to come back where that is too many. */
type Limit = (request: FastifyRequest) => Promise<number | undefined>;

/** What may be done so often within a minute. */
export interface Limits {
  /** Requests of one token, or of one address. */
  readonly requests: (request: FastifyRequest, token: string | undefined) => Promise<number | undefined>;
  /** Requests of one address with credentials that are good for nothing. */
  readonly failures: Limit;
}

export type LimitSettings = Pick<Settings, 'tokenLimit' | 'addressLimit' | 'failureLimit'>;

const WINDOW_MS = 60_000;

/** How many addresses and tokens each process remembers. */
const REMEMBERED = 10_000;

const keys = new WeakMap<FastifyRequest, string>();

/**
 * Makes the limits of an application. They are counted in `redis`, for all processes together, and in each process for
 * itself without it; while Redis is away nothing is limited.
 */
export async function createLimits(
  app: FastifyInstance,
  { tokenLimit, addressLimit, failureLimit }: LimitSettings,
  redis: unknown,
): Promise<Limits> {
  await app.register(rateLimit, {
    global: false,
    cache: REMEMBERED,
    skipOnError: true,
    nameSpace: 'monitor-server-limit-',
    ...(redis !== undefined && { redis }),
  });

  function limit(max: number, keyOf: (request: FastifyRequest) => string): Limit {
    if (max === 0) return () => Promise.resolve(undefined);
    const count = app.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator: keyOf });
    return async (request) => {
      const result = await count(request);
      return !result.isAllowed && result.isExceeded ? Math.max(1, result.ttlInSeconds) : undefined;
    };
  }

  const address = (request: FastifyRequest): string => rateLimit.normalizeIP(request.ip);
  const byToken = limit(tokenLimit, (request) => `token:${keys.get(request)}`);
  const byAddress = limit(addressLimit, (request) => `address:${address(request)}`);
  return {
    async requests(request, token) {
      if (token !== undefined) {
        keys.set(request, token);
        const wait = await byToken(request);
        if (wait !== undefined) return wait;
      }
      return byAddress(request);
    },
    failures: limit(failureLimit, (request) => `failure:${address(request)}`),
  };
}
