import { accessTokenOf, type AccessTokenRow, type AccessTokens } from '../access-tokens.ts';
import { openPrimary, type StoreLog } from './primary.ts';
import { openServer } from './server.ts';
import { beginTransaction, completeTransaction } from './transaction.ts';

const milliseconds = (column: string, name: string): string =>
  `round(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`;
const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000)`;

const LIST = `SELECT name, digest, scopes, ${milliseconds('created_at', 'createdAt')},
  ${milliseconds('expires_at', 'expiresAt')}, ${milliseconds('revoked_at', 'revokedAt')},
  ${milliseconds('last_used_at', 'lastUsedAt')} FROM access_token ORDER BY name COLLATE "C"`;

const CREATE = `INSERT INTO access_token (name, digest, scopes, created_at, expires_at)
  VALUES ($1, $2, $3::text[], ${time('$4')}, ${time('$5')}) ON CONFLICT DO NOTHING RETURNING name`;

const REVOKE = `UPDATE access_token SET revoked_at = coalesce(revoked_at, ${time('$2')}) WHERE name = $1
  RETURNING name`;

const EXPIRE = `UPDATE access_token SET expires_at = ${time('$2')} WHERE name = $1 RETURNING name`;

/** A role that only reads is not even tried: its failures would fill the log of the database. */
const MAY_NOTE = `SELECT has_column_privilege('access_token', 'last_used_at', 'UPDATE') AS may`;

/** Leaves out those that somebody else is noting, instead of waiting. */
const NOTE_USES = `UPDATE access_token AS token SET last_used_at = greatest(last_used_at, ${time('used.at')})
  FROM (SELECT t.name, given.at FROM unnest($1::text[], $2::double precision[]) AS given (digest, at)
    JOIN access_token t USING (digest) FOR NO KEY UPDATE OF t SKIP LOCKED) AS used
  WHERE token.name = used.name`;

/** A server that takes longer for a handful of rows is away. */
const TIMEOUT_MS = 5_000;

export interface AccessTokensOptions {
  /** One server each; that which is not in recovery is the primary. */
  uris: readonly string[];
  /** Servers that are read from while there is no primary. */
  replicas?: readonly string[];
  log?: StoreLog;
}

/** Opens the access tokens of a PostgreSQL store, without connecting yet. */
export function openAccessTokens({ uris, replicas = [], log }: AccessTokensOptions): AccessTokens {
  const primary = openPrimary({ uris, max: 1, ...(log && { log }) });
  const others = replicas.map((uri) => openServer(uri, { max: 1 }));

  async function listOn(server: (typeof others)[number]): Promise<AccessTokenRow[]> {
    const transaction = await beginTransaction(server, { snapshot: true, timeoutMs: TIMEOUT_MS });
    return completeTransaction(
      transaction,
      async (client) => (await client.query<AccessTokenRow>(LIST)).rows,
    );
  }

  async function listAnywhere(): Promise<AccessTokenRow[]> {
    try {
      return await primary.query<AccessTokenRow>(LIST, [], { snapshot: true, timeoutMs: TIMEOUT_MS });
    } catch (error) {
      return await Promise.any(others.map(listOn)).catch(() => {
        throw error;
      });
    }
  }

  async function change(statement: string, values: unknown[]): Promise<boolean> {
    return (await primary.query(statement, values)).length > 0;
  }

  return {
    list: async () => (await listAnywhere()).map(accessTokenOf),
    create: ({ name, digest, scopes, createdAt, expiresAt }) =>
      change(CREATE, [name, digest, scopes, createdAt, expiresAt ?? null]),
    revoke: (name, at) => change(REVOKE, [name, at]),
    expire: (name, at) => change(EXPIRE, [name, at]),
    async noteUses(uses) {
      try {
        return await primary.transact(
          async (client) => {
            const { rows } = await client.query<{ may: boolean }>(MAY_NOTE);
            if (rows[0]?.may !== true) return false;
            await client.query(NOTE_USES, [[...uses.keys()], [...uses.values()]]);
            return true;
          },
          { timeoutMs: TIMEOUT_MS },
        );
      } catch {
        return false;
      }
    },
    async close() {
      await Promise.all([primary.close(), ...others.map(({ pool }) => pool.end())]);
    },
  };
}
