import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSqliteAccessTokens, type AccessTokens } from '@monitor-server/store';
import { migratePostgres, openAccessTokens } from '@monitor-server/store/postgres';
import { openPostgres } from '@monitor-server/testing';
import { letter } from '@monitor-server/testing/letter';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createTokenCopy } from '../src/access/copy.ts';
import { secretIn } from '../src/access/credentials.ts';
import { createKeyring, type Token } from '../src/access/keyring.ts';
import { watchTokens } from '../src/access/watch.ts';
import { createHttpApp, openAccess, serveRoutes } from '../src/http/index.ts';
import { createSecret, digestOf } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'access-'));
afterAll(() => rmSync(folder, { recursive: true }));

function tokenFor(secret: string, rest: Partial<Token> = {}): Token {
  return { name: 'ci', digest: digestOf(secret).toString('hex'), scopes: ['ingest'], ...rest };
}

/** A logger, and what was logged. */
function logging() {
  const lines: string[] = [];
  return { lines, logger: pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }) };
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('credentials', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    [basic('ci:abc'), 'abc'],
    [basic('ci:a:b'), 'a:b'],
    [basic(':abc'), 'abc'],
    [basic('abc:'), 'abc'],
    [basic('abc'), 'abc'],
    [basic(':'), undefined],
    [basic(''), undefined],
    ['Basic %%%', undefined],
    ['Digest username="ci"', undefined],
    ['Bearer', undefined],
    ['abc', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('in %j are %j', (header, secret) => {
    expect(secretIn(header)).toBe(secret);
  });

  test('of any user and password are the password', () => {
    const user = fc.string({ unit: letter }).filter((text) => !text.includes(':'));
    const password = fc.string({ unit: letter, minLength: 1 });
    fc.assert(
      fc.property(user, password, (name, word) => {
        expect(secretIn(basic(`${name}:${word}`))).toBe(word);
      }),
    );
  });
});

describe('a keyring', () => {
  test('knows whose secret it is, and no other text', () => {
    const secrets = Array.from({ length: 50 }, createSecret);
    expect(new Set(secrets).size).toBe(50);
    const keyring = createKeyring();
    keyring.replace(secrets.map((secret, at) => tokenFor(secret, { name: `token ${at}` })));
    for (const [at, secret] of secrets.entries()) {
      expect(keyring.find(secret)).toMatchObject({ name: `token ${at}` });
      expect(keyring.find(`${secret} `)).toBe('unknown');
      expect(keyring.find(secret.slice(0, -1))).toBe('unknown');
    }
    expect(keyring.find(createSecret())).toBe('unknown');
    expect(keyring.find('')).toBe('unknown');
    expect(keyring.find(digestOf(secrets[0] ?? '').toString('hex'))).toBe('unknown');
  });

  test('does not mistake a secret whose digest only begins alike', () => {
    const secret = createSecret();
    const { digest } = tokenFor(secret);
    const keyring = createKeyring();
    keyring.replace([tokenFor(secret, { digest: `${digest.slice(0, 32)}${'0'.repeat(32)}` })]);
    expect(keyring.find(secret)).toBe('unknown');
  });

  test('refuses to the moment what has expired, and what was revoked', () => {
    let now = 1_000;
    const keyring = createKeyring(() => now);
    const [short, gone] = [createSecret(), createSecret()];
    keyring.replace([tokenFor(short, { expiresAt: 2_000 }), tokenFor(gone, { revokedAt: 5_000 })]);
    expect(keyring.find(short)).toMatchObject({ name: 'ci' });
    expect(keyring.find(gone)).toBe('revoked');
    now = 2_000;
    expect(keyring.find(short)).toBe('expired');
    expect([...keyring.takeUses().values()]).toEqual([1_000]);
    expect(keyring.takeUses().size).toBe(0);
  });
});

describe('a watch', () => {
  async function tokensIn(name: string): Promise<{ tokens: AccessTokens; secret: string; path: string }> {
    const path = join(folder, name);
    const tokens = createSqliteAccessTokens(path);
    const secret = createSecret();
    await tokens.create({ ...tokenFor(secret), createdAt: 1 });
    return { tokens, secret, path };
  }

  /** Waits until something holds, as long as it takes. */
  async function until(holds: () => unknown): Promise<void> {
    while (!holds()) await sleep(5);
  }

  test('takes over what changes, and keeps what it knows while the database is away', async () => {
    const { tokens, secret, path } = await tokensIn('watched.sqlite');
    let isAway = false;
    const source: AccessTokens = {
      ...tokens,
      list: () => (isAway ? createSqliteAccessTokens(`${path}-none`).list() : tokens.list()),
    };
    const keyring = createKeyring();
    const { lines, logger } = logging();
    const watch = await watchTokens({ keyring, tokens: source, logger, refreshMs: 5 });
    expect(keyring.find(secret)).toMatchObject({ name: 'ci' });
    isAway = true;
    await until(() => lines.some((line) => line.includes('cannot be read')));
    expect(keyring.find(secret)).toMatchObject({ name: 'ci' });
    await tokens.revoke('ci', Date.now());
    isAway = false;
    await until(() => keyring.find(secret) === 'revoked');
    await watch.close();
    expect(lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    expect(lines.join()).not.toContain(secret);
  });

  test('notes when a token was used, at the latest when it is closed', async () => {
    const { tokens, secret } = await tokensIn('used.sqlite');
    const keyring = createKeyring(() => 12_345);
    const watch = await watchTokens({ keyring, tokens, logger: logging().logger });
    keyring.find(secret);
    await watch.close();
    expect(await tokens.list()).toMatchObject([{ name: 'ci', lastUsedAt: 12_345 }]);
  });

  test('goes on without a copy that is damaged or cannot be written', async () => {
    const { tokens, secret } = await tokensIn('copied.sqlite');
    const { lines, logger } = logging();
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"tokens":');
    const empty = createKeyring();
    const none = createSqliteAccessTokens(join(folder, 'none.sqlite'));
    const copy = createTokenCopy(broken);
    await (await watchTokens({ keyring: empty, tokens: none, copy, logger })).close();
    expect(empty.isKnown).toBe(false);
    const keyring = createKeyring();
    const nowhere = createTokenCopy(join(folder, 'nowhere', 'x.json'));
    await (await watchTokens({ keyring, tokens, copy: nowhere, logger })).close();
    expect(keyring.find(secret)).toMatchObject({ name: 'ci' });
    expect(lines.some((line) => line.includes('the copy of the access tokens cannot be read'))).toBe(true);
    expect(lines.some((line) => line.includes('the access tokens cannot be copied'))).toBe(true);
  });
});

describe('access with PostgreSQL', () => {
  const limits = { tokenLimit: 0, addressLimit: 0, failureLimit: 0 };

  async function ask(uri: string, secret: string): Promise<number> {
    const { logger } = logging();
    const access = await openAccess(
      {
        access: 'tokens',
        database: { kind: 'postgres', uri, uris: [uri], shown: '' },
        spoolFolder: folder,
        ...limits,
      },
      { logger, openCounters: () => Promise.reject(new Error('there is no queue')) },
    );
    const app = createHttpApp({ logger, timeout: 5 });
    await access.control(app);
    serveRoutes(
      app,
      ({ name }) => name === 'countMetrics',
      async () => ({ count: 0 }),
    );
    const { statusCode } = await app.inject({
      url: '/metrics/count',
      headers: { authorization: `Bearer ${secret}` },
    });
    await app.close();
    await access.close();
    return statusCode;
  }

  test('begins without it, with the tokens of last time, which no other user can read', async () => {
    const nowhere = 'postgresql://monitor:hunter2@127.0.0.1:9/monitor';
    const [good, gone] = [createSecret(), createSecret()];
    expect(await ask(nowhere, good)).toBe(503);
    const database = await openPostgres({
      prepare: { name: 'tokens', run: (uri) => migratePostgres({ uris: [uri] }) },
    });
    const tokens = openAccessTokens({ uris: [database.uri] });
    await tokens.create({ ...tokenFor(good, { scopes: ['query'] }), createdAt: 1 });
    await tokens.create({ ...tokenFor(gone, { name: 'gone', scopes: ['query'] }), createdAt: 1 });
    await tokens.revoke('gone', 1);
    expect(await ask(database.uri, good)).toBe(200);
    await tokens.close();
    await database.close();
    const copy = join(folder, 'monitor-access-tokens.json');
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(await ask(nowhere, good)).toBe(200);
    expect(await ask(nowhere, gone)).toBe(401);
    expect(await ask(nowhere, createSecret())).toBe(401);
  });
});
