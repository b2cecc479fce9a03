import { join } from 'node:path';
import type { AccessTokens } from '@monitor-server/store';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { QueueAddress, Settings, Values } from '../config/index.ts';
import { controlAccess } from '../http/access.ts';
import { createLimits, type LimitSettings } from '../http/limits.ts';
import { createTokenCopy } from './copy.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { watchTokens } from './watch.ts';

/** The settings of who may use the server; those that a service does not have are left out. */
export type AccessSettings = Pick<Settings, 'access' | 'database'> &
  LimitSettings &
  Partial<Pick<Values, 'replicas' | 'spoolFolder' | 'queueUri'>>;

/** A connection to Redis, over which processes count together. */
export interface Counters {
  client: unknown;
  close(): void;
}

export interface AccessOptions {
  logger: Logger;
  /** Connects to the Redis of the queue. Called only where there is something to limit. */
  openCounters: (address: QueueAddress, log: Logger) => Promise<Counters>;
}

/** Who may use the server. */
export interface Access {
  /** Has an application let in only those who may; before its routes are added. */
  control(app: FastifyInstance): Promise<void>;
  close(): Promise<void>;
}

/** A file beside the spool: a start must take posts even while PostgreSQL is away. */
const COPY_NAME = 'monitor-access-tokens.json';

async function openTokens({ database, replicas = [] }: AccessSettings, log: Logger): Promise<AccessTokens> {
  if (database.kind === 'sqlite') {
    const { createSqliteAccessTokens } = await import('@monitor-server/store');
    return createSqliteAccessTokens(database.path);
  }
  const { openAccessTokens } = await import('@monitor-server/store/postgres');
  return openAccessTokens({ uris: database.uris, replicas: replicas.flatMap(({ uris }) => uris), log });
}

interface Keys {
  keyring: Keyring;
  close(): Promise<void>;
}

async function openKeys(settings: AccessSettings, logger: Logger): Promise<Keys> {
  const { database, spoolFolder } = settings;
  const keyring = createKeyring();
  const copy =
    database.kind === 'sqlite' || spoolFolder === undefined
      ? undefined
      : createTokenCopy(join(spoolFolder, COPY_NAME));
  const tokens = await openTokens(settings, logger);
  const watch = await watchTokens({ keyring, tokens, copy, logger });
  return { keyring, close: watch.close };
}

function isLimited({ tokenLimit, addressLimit, failureLimit, access }: AccessSettings): boolean {
  return tokenLimit > 0 || addressLimit > 0 || (access === 'tokens' && failureLimit > 0);
}

/**
 * Opens what decides who may use the server, as configured. Resolves once the tokens are known, or after a second
 * without a database that could tell.
 */
export async function openAccess(
  settings: AccessSettings,
  { logger, openCounters }: AccessOptions,
): Promise<Access> {
  const { access, queueUri } = settings;
  const keys = access === 'tokens' ? await openKeys(settings, logger) : undefined;
  const hasLimits = isLimited(settings);
  const counters = hasLimits && queueUri !== undefined ? await openCounters(queueUri, logger) : undefined;
  return {
    async control(app) {
      if (keys === undefined && !hasLimits) return;
      const limits = hasLimits ? await createLimits(app, settings, counters?.client) : undefined;
      controlAccess(app, { keyring: keys?.keyring, limits });
    },
    async close() {
      counters?.close();
      await keys?.close();
    },
  };
}
