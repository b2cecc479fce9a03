import { scopes, type Scope } from '@monitor-server/contract';
import { createSecret, digestOf } from '@monitor-server/runtime';
import { ConfigError, type Database, type Source } from '@monitor-server/runtime/config';
import { createSqliteAccessTokens, type AccessToken, type AccessTokens } from '@monitor-server/store';
import { closedAfter, onDatabase } from './database.ts';
import { momentAfter } from './moment.ts';
import { done, type Outcome } from './outcome.ts';
import { readArguments } from './usage.ts';

const USAGE = `Access tokens, which the server asks for with MONITOR_SERVER_ACCESS=tokens.
  create NAME --scope SCOPE[,SCOPE] [--expires WHEN]   prints the secret, this once
  list [--json]
  revoke NAME                                          at once and for ever
  expire NAME WHEN                                     such as 24h, to leave time for a new one
SCOPE is ingest (store, and ask for contexts), query (read) or admin (everything).
WHEN is a time from now, such as 12h, 90d or 8w, or a date, such as 2030-01-31.
Running servers follow within some seconds. The database is that of MONITOR_SERVER_DATABASE_URI.`;

const options = {
  scope: { type: 'string', multiple: true },
  expires: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Printable, so that it can stand in logs and lists, and short. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@/:+-]{0,99}$/u;

async function open(database: Database): Promise<AccessTokens> {
  if (database.kind === 'sqlite') return createSqliteAccessTokens(database.path);
  const { openAccessTokens } = await import('@monitor-server/store/postgres');
  return openAccessTokens({ uris: database.uris });
}

function nameOf(text: string): string {
  if (NAME.test(text)) return text;
  throw new ConfigError(
    `${JSON.stringify(text)} is no name: give letters, digits and . _ @ / : + -\n${USAGE}`,
  );
}

function scopesOf(given: readonly string[]): Scope[] {
  const names = new Set(given.flatMap((text) => text.split(',')).map((text) => text.trim()));
  const wrong = [...names].find((name) => !(scopes as readonly string[]).includes(name));
  if (names.size === 0 || wrong !== undefined) {
    throw new ConfigError(`${JSON.stringify(wrong ?? '')} is no scope: give ${scopes.join(', ')}\n${USAGE}`);
  }
  return scopes.filter((scope) => names.has(scope));
}

function momentOf(text: string): number {
  const moment = momentAfter(Date.now(), text);
  if (moment === undefined) {
    throw new ConfigError(
      `${JSON.stringify(text)} is no time to come: give 12h, 90d, 8w or a date\n${USAGE}`,
    );
  }
  return moment;
}

const spelled = (time: number | undefined): string =>
  time === undefined ? '-' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');

function stateOf({ revokedAt, expiresAt }: AccessToken): string {
  if (revokedAt !== undefined) return `revoked ${spelled(revokedAt)}`;
  if (expiresAt === undefined) return 'valid';
  return `${expiresAt <= Date.now() ? 'expired' : 'valid until'} ${spelled(expiresAt)}`;
}

/** Aligned columns, the names of the columns first. */
function table(tokens: readonly AccessToken[]): string[] {
  const rows = [
    ['NAME', 'SCOPES', 'STATE', 'CREATED (UTC)', 'LAST USED (UTC)'],
    ...tokens.map((token) => [
      token.name,
      token.scopes.join(','),
      stateOf(token),
      spelled(token.createdAt),
      spelled(token.lastUsedAt),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

const none = (name: string): Outcome => ({ lines: [], remark: `There is no token ${name}.`, code: 1 });

async function create(
  tokens: AccessTokens,
  name: string,
  given: { scope?: string[]; expires?: string },
): Promise<Outcome> {
  const secret = createSecret();
  const token = {
    name: nameOf(name),
    digest: digestOf(secret).toString('hex'),
    scopes: scopesOf(given.scope ?? []),
    createdAt: Date.now(),
    ...(given.expires !== undefined && { expiresAt: momentOf(given.expires) }),
  };
  if (await tokens.create(token)) {
    const remark = `Token ${name} for ${token.scopes.join(' and ')}. Keep it now: it cannot be shown again.`;
    return { lines: [secret], remark, code: 0 };
  }
  return { lines: [], remark: `There is or was a token ${name}; choose another name.`, code: 1 };
}

async function run(tokens: AccessTokens, args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = readArguments(args, options, USAGE);
  const { scope, expires, json } = values;
  const [command, name, when, ...rest] = positionals;
  if (command === 'list' && name === undefined) {
    const all = await tokens.list();
    // The digests are of no use to anybody who reads this.
    return done(json ? all.map((token) => JSON.stringify({ ...token, digest: undefined })) : table(all));
  }
  if (name !== undefined && rest.length === 0) {
    if (command === 'create' && when === undefined) {
      return create(tokens, name, { ...(scope && { scope }), ...(expires !== undefined && { expires }) });
    }
    if (command === 'revoke' && when === undefined) {
      return (await tokens.revoke(name, Date.now())) ? done([`Token ${name} is revoked.`]) : none(name);
    }
    if (command === 'expire' && when !== undefined) {
      const at = momentOf(when);
      return (await tokens.expire(name, at))
        ? done([`Token ${name} expires ${spelled(at)} UTC.`])
        : none(name);
    }
  }
  throw new ConfigError(USAGE);
}

/** Makes access tokens, and takes them away. Throws a ConfigError for what it does not know. */
export function accessTokens(source: Source): Promise<Outcome> {
  return onDatabase(source, async (database) =>
    closedAfter(await open(database), (tokens) => run(tokens, source.argv)),
  );
}
