import { readdirSync, readFileSync } from 'node:fs';
import {
  hasPgbouncer,
  openPostgres,
  startPgbouncer,
  startPostgres,
  type PostgresDatabase,
} from '@monitor-server/testing';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  migratePostgres,
  openAccessTokens,
  openDeadRecords,
  openPostgresWriter,
} from '../src/postgres/index.ts';
import { batchOf, metric } from './conformance/records.ts';
import { createWorld } from './conformance/world.ts';
import { query, recount, settle } from './postgres/recount.ts';

let database: PostgresDatabase;
let uris: [string];

beforeEach(async () => {
  database = await openPostgres();
  uris = [database.uri];
});
afterEach(() => database.close());

const versions = (): Promise<unknown[]> =>
  query(database.uri, 'SELECT number FROM schema_migration ORDER BY number');

/** What `versions` are once everything was run. */
const all = readdirSync(new URL('../src/postgres/migrations/', import.meta.url)).map((_, at) => ({
  number: at + 1,
}));

function withDatabase(uri: string, name: string, user = 'postgres'): string {
  const url = new URL(uri);
  url.pathname = name;
  url.username = user;
  return url.href;
}

describe('a migration', () => {
  test('by many that start at once is done once', async () => {
    const lines: string[] = [];
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    await Promise.all(Array.from({ length: 8 }, () => migratePostgres({ uris, log })));
    expect(await versions()).toEqual(all);
    expect(lines.filter((line) => line.includes('schema is now number 1'))).toHaveLength(1);
  });

  test('gives way to transactions that use its tables, and is done when they are', async () => {
    await query(
      database.uri,
      'CREATE TABLE schema_migration (number integer PRIMARY KEY, migrated_at timestamptz DEFAULT now())',
    );
    const client = new Client({ connectionString: database.uri });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE schema_migration IN SHARE MODE');
    const warned = Promise.withResolvers<string>();
    const migrated = migratePostgres({ uris, log: { info: () => undefined, warn: warned.resolve } });
    expect(await warned.promise).toMatch(/waits for transactions/);
    expect(await versions()).toEqual([]);
    await client.end();
    await migrated;
    expect(await versions()).toEqual(all);
  });

  test('of a newer monitor-server is refused with one line, and left as it is', async () => {
    await migratePostgres({ uris });
    await query(database.uri, 'INSERT INTO schema_migration VALUES (99)');
    for (const open of [
      () => migratePostgres({ uris }),
      () => openPostgresWriter({ uris }),
      () => openPostgresWriter({ uris, migrate: false }),
      () => openDeadRecords({ uris }),
    ]) {
      await expect(open()).rejects.toMatchObject({
        name: 'StoreError',
        reason: 'unusable',
        message: expect.stringMatching(/^.*schema is number 99.*use a newer monitor-server$/),
      });
    }
    expect(await versions()).toEqual([...all, { number: 99 }]);
  });

  test('that is missing is waited for by those who may not do it', async () => {
    await expect(openPostgresWriter({ uris, migrate: false })).rejects.toMatchObject({
      reason: 'broken',
      message: expect.stringMatching(/no schema yet/),
    });
    await migratePostgres({ uris });
    const writer = await openPostgresWriter({ uris, migrate: false });
    await writer.close();
  });

  test('of a database that cannot hold every text is refused', async () => {
    const name = `latin_${process.pid}_${Date.now()}`;
    await query(database.uri, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const latin = withDatabase(database.uri, name);
    await expect(migratePostgres({ uris: [latin] })).rejects.toMatchObject({
      reason: 'unusable',
      message: expect.stringMatching(/encoding.*LATIN1.*UTF8/),
    });
    await query(database.uri, `DROP DATABASE ${name}`);
  });
});

const pgbouncer = await hasPgbouncer();

describe('through PgBouncer in transaction mode', () => {
  test.skipIf(!pgbouncer.here)(
    'the schema is made, and metrics are stored, folded and replayed',
    async () => {
      const bouncer = await startPgbouncer({ uri: database.uri });
      const through = { uris: [bouncer.uri] };
      await Promise.all([migratePostgres(through), migratePostgres(through)]);
      await query(database.uri, 'ALTER TABLE metric ADD CONSTRAINT test_limit CHECK (mem_usage <> 666)');
      const writers = await Promise.all([openPostgresWriter(through), openPostgresWriter(through)]);
      const world = createWorld(5);
      await Promise.all(
        writers.map((writer) =>
          writer.write([batchOf([...world.metrics(200), ...world.posts(), metric({ mem_usage: 666 })])]),
        ),
      );
      await settle(database.uri);
      expect(await recount(database.uri)).toEqual([]);
      await query(database.uri, 'ALTER TABLE metric DROP CONSTRAINT test_limit');
      const dead = await openDeadRecords(through);
      expect(await dead.replay('all')).toEqual({ stored: 2, refused: 0, missing: 0 });
      await dead.close();
      await Promise.all(writers.map((writer) => writer.close()));
      await bouncer.close();
      expect(await query(database.uri, 'SELECT count(*) FROM metric')).toEqual([{ count: '402' }]);
    },
  );
});

describe('the documented roles', () => {
  test('can do what they are for, and nothing else', async () => {
    const server = await startPostgres();
    const admin = server.uri();
    await query(admin, 'CREATE DATABASE monitor');
    const owner = withDatabase(admin, 'monitor');
    await query(owner, readFileSync(new URL('../src/postgres/roles.sql', import.meta.url), 'utf8'));
    const [migrate, write, read] = ['monitor_migrate', 'monitor_write', 'monitor_read'].map((user) =>
      withDatabase(admin, 'monitor', user),
    ) as [string, string, string];

    await expect(openPostgresWriter({ uris: [write] })).rejects.toMatchObject({
      reason: 'unusable',
      message: expect.stringMatching(/permission denied.*as the user who owns its tables/),
    });
    await migratePostgres({ uris: [migrate] });
    const writer = await openPostgresWriter({ uris: [write] });
    await writer.write([batchOf([...createWorld(1).metrics(50), ...createWorld(1).posts()])]);
    await settle(read);
    await writer.close();
    expect(await recount(read)).toEqual([]);

    const tokens = openAccessTokens({ uris: [write] });
    await tokens.create({ name: 'ci', digest: 'd', scopes: ['query'], createdAt: 1_000 });
    const reading = openAccessTokens({ uris: [read] });
    expect(await reading.noteUses(new Map([['d', 2_000]]))).toBe(true);
    expect(await reading.list()).toMatchObject([{ name: 'ci', lastUsedAt: 2_000 }]);
    await expect(reading.revoke('ci', 3_000)).rejects.toThrow(/permission denied/);
    await Promise.all([tokens.close(), reading.close()]);

    for (const uri of [write, read]) {
      await expect(query(uri, 'CREATE TABLE own (id integer)')).rejects.toThrow(/permission denied/);
      await expect(query(uri, 'DROP TABLE metric')).rejects.toThrow(/must be owner/);
      await expect(query(uri, 'TRUNCATE metric')).rejects.toThrow(/permission denied/);
    }
    await expect(query(read, 'INSERT INTO ingested_batch VALUES (gen_random_uuid())')).rejects.toThrow(
      /permission denied/,
    );
    await expect(query(read, 'DELETE FROM metric')).rejects.toThrow(/permission denied/);
    await server.close();
  });
});
