import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '@monitor-server/contract';
import { createSecret, digestOf } from '@monitor-server/runtime';
import { createSqliteAccessTokens, type AccessTokens, type NewAccessToken } from '@monitor-server/store';
import { migratePostgres, openAccessTokens } from '@monitor-server/store/postgres';
import { createClient, openPostgres, startServer } from '@monitor-server/testing';
import { afterAll } from 'vitest';
import { entries } from '../entries.ts';

interface Place {
  tokens: AccessTokens;
  env: Record<string, string>;
  close(): Promise<void>;
}

/** A database of the test's own, and a way to make tokens for it. */
async function openPlace(store: 'SQLite' | 'PostgreSQL', folder: string): Promise<Place> {
  if (store === 'SQLite') {
    const tokens = createSqliteAccessTokens(join(folder, 'monitor.sqlite'));
    return { tokens, env: {}, close: tokens.close };
  }
  const database = await openPostgres({
    prepare: { name: 'tokens', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const tokens = openAccessTokens({ uris: [database.uri] });
  return {
    tokens,
    env: { MONITOR_SERVER_DATABASE_URI: database.uri },
    async close() {
      await tokens.close();
      await database.close();
    },
  };
}

async function issueAll(tokens: AccessTokens) {
  async function issue(name: string, scopes: Scope[], rest: Partial<NewAccessToken> = {}): Promise<string> {
    const secret = createSecret();
    const digest = digestOf(secret).toString('hex');
    await tokens.create({ name, digest, scopes, createdAt: Date.now(), ...rest });
    return secret;
  }
  const secrets = {
    ingest: await issue('ingest', ['ingest']),
    query: await issue('query', ['query']),
    admin: await issue('admin', ['admin']),
    both: await issue('both', ['ingest', 'query']),
    expired: await issue('expired', ['admin'], { expiresAt: Date.now() - 1 }),
    revoked: await issue('revoked', ['admin']),
    unknown: createSecret(),
  };
  await tokens.revoke('revoked', Date.now());
  return secrets;
}

/** A server that asks for tokens, and a token of every kind. It ends with the file. */
export async function openGuarded(store: 'SQLite' | 'PostgreSQL') {
  const folder = mkdtempSync(join(tmpdir(), 'standalone-access-'));
  const { tokens, env, close } = await openPlace(store, folder);
  const secrets = await issueAll(tokens);
  const server = await startServer({
    entry: entries.standalone,
    folder,
    env: { ...env, MONITOR_SERVER_ACCESS: 'tokens', MONITOR_SERVER_FAILURE_LIMIT: '0' },
  });
  const client = createClient(server.base);
  afterAll(async () => {
    client.close();
    await server.stop();
    await close();
    rmSync(folder, { recursive: true });
  });
  return {
    server,
    client,
    tokens,
    secrets,
    bearer: (who: Who): Record<string, string> => ({ authorization: `Bearer ${secrets[who]}` }),
    /** As curl and Python's requests send what stands before the host in a URL. */
    basic: (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` }),
  };
}

export type Who = keyof Awaited<ReturnType<typeof issueAll>>;
