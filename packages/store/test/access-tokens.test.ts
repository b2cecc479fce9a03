import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres } from '@monitor-server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createSqliteAccessTokens,
  StoreError,
  type AccessTokens,
  type NewAccessToken,
} from '../src/index.ts';
import { migratePostgres, openAccessTokens } from '../src/postgres/index.ts';
import { query } from './postgres/recount.ts';

interface Opened {
  tokens: AccessTokens;
  /** Has somebody write all the while; gives what ends that. */
  occupy(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

async function openSqlite(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'store-tokens-'));
  const path = join(folder, 'x.sqlite');
  const { default: Database } = await import('better-sqlite3');
  return {
    tokens: createSqliteAccessTokens(path),
    async occupy() {
      const db = new Database(path);
      db.exec('BEGIN IMMEDIATE');
      return async () => void db.close();
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
}

async function openPrimary(): Promise<Opened> {
  const database = await openPostgres({
    prepare: { name: 'tokens', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const tokens = openAccessTokens({ uris: [database.uri] });
  const { Client } = await import('pg');
  return {
    tokens,
    async occupy() {
      const client = new Client({ connectionString: database.uri });
      await client.connect();
      await client.query('BEGIN; SELECT FROM access_token FOR UPDATE');
      return () => client.end();
    },
    async close() {
      await tokens.close();
      await database.close();
    },
  };
}

const digest = (letter: string): string => letter.repeat(64);

const token = (name: string, letter: string, rest: Partial<NewAccessToken> = {}): NewAccessToken => ({
  name,
  digest: digest(letter),
  scopes: ['ingest'],
  createdAt: 1_700_000_000_123,
  ...rest,
});

describe.each([
  ['a SQLite file', openSqlite],
  ['PostgreSQL', openPrimary],
])('the access tokens in %s', (_, open) => {
  let opened: Opened;
  let tokens: AccessTokens;

  beforeAll(async () => {
    opened = await open();
    tokens = opened.tokens;
  });
  afterAll(() => opened.close());

  test('are listed by name, as they were made', async () => {
    const made = [
      token('b "quoted"; --', 'b', { scopes: ['ingest', 'query', 'admin'], expiresAt: 1_800_000_000_456 }),
      token('a', 'a'),
    ];
    for (const each of made) expect(await tokens.create(each)).toBe(true);
    expect(await tokens.list()).toEqual([made[1], made[0]]);
  });

  test('have names and secrets of their own, for ever', async () => {
    await tokens.create(token('once', 'c'));
    await tokens.revoke('once', 1);
    expect(await tokens.create(token('once', 'd'))).toBe(false);
    expect(await tokens.create(token('other', 'c'))).toBe(false);
    const all = await tokens.list();
    expect(all.filter(({ name }) => ['once', 'other'].includes(name))).toEqual([
      token('once', 'c', { revokedAt: 1 } as object),
    ]);
  });

  test('stay revoked, and expire when they are told to', async () => {
    await tokens.create(token('short', 'e'));
    expect(await tokens.revoke('short', 5_000)).toBe(true);
    expect(await tokens.revoke('short', 9_000)).toBe(true);
    expect(await tokens.expire('short', 7_000)).toBe(true);
    expect(await tokens.revoke('none', 1)).toBe(false);
    expect(await tokens.expire('none', 1)).toBe(false);
    const found = (await tokens.list()).find(({ name }) => name === 'short');
    expect(found).toMatchObject({ revokedAt: 5_000, expiresAt: 7_000 });
  });

  test('keep the latest time of use', async () => {
    await tokens.create(token('used', 'f'));
    expect(await tokens.noteUses(new Map([[digest('f'), 2_000]]))).toBe(true);
    expect(
      await tokens.noteUses(
        new Map([
          [digest('f'), 1_000],
          [digest('0'), 9_000],
        ]),
      ),
    ).toBe(true);
    const all = await tokens.list();
    expect(all.filter(({ lastUsedAt }) => lastUsedAt !== undefined)).toEqual([
      token('used', 'f', { lastUsedAt: 2_000 } as object),
    ]);
  });

  test('wait for nobody to note a use', async () => {
    const release = await opened.occupy();
    await tokens.noteUses(new Map([[digest('a'), 3_000]]));
    await release();
    expect((await tokens.list())[0]).not.toHaveProperty('lastUsedAt');
  });
});

describe('a role that only reads', () => {
  test('lists tokens, and leaves it to others to note their use', async () => {
    const database = await openPostgres({
      prepare: { name: 'tokens', run: (uri) => migratePostgres({ uris: [uri] }) },
    });
    const role = `reader_${process.pid}`;
    await query(database.uri, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await query(database.uri, `GRANT SELECT ON access_token TO ${role}`);
    const uri = new URL(database.uri);
    uri.username = role;
    uri.password = 'x';
    const owner = openAccessTokens({ uris: [database.uri] });
    const reader = openAccessTokens({ uris: [uri.href] });
    try {
      await owner.create(token('ci', 'a'));
      expect(await reader.list()).toHaveLength(1);
      expect(await reader.noteUses(new Map([[digest('a'), 1_000]]))).toBe(false);
      await query(database.uri, `GRANT UPDATE (last_used_at) ON access_token TO ${role}`);
      expect(await reader.noteUses(new Map([[digest('a'), 1_000]]))).toBe(true);
      expect(await reader.list()).toEqual(await owner.list());
    } finally {
      await Promise.all([owner.close(), reader.close()]);
      await query(database.uri, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await database.close();
    }
  });
});

describe('a database that cannot be used', () => {
  test('is told by a StoreError, and noting a use is no failure', async () => {
    const none = createSqliteAccessTokens('/nowhere/x.sqlite');
    await expect(none.list()).rejects.toBeInstanceOf(StoreError);
    expect(await none.noteUses(new Map([[digest('a'), 1]]))).toBe(false);
  });
});
