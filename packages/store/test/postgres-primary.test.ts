import { startPostgres, type Postgres } from '@monitor-server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../src/index.ts';
import { openPrimary, type Primary } from '../src/postgres/primary.ts';

let first: Postgres;
let second: Postgres;
let primary: Primary;
const lines: string[] = [];

beforeAll(async () => {
  first = await startPostgres();
  second = await startPostgres({ replicaOf: first });
  const uris = [second, first].map((server) => server.uri().replace('//postgres@', '//postgres:secret@'));
  const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  primary = openPrimary({ uris, max: 3, log });
});
afterAll(async () => {
  await primary.close();
  await second.close();
  await first.close();
});

const portOf = async (): Promise<unknown> =>
  (await primary.query<{ port: string }>(`SELECT current_setting('port') AS port`))[0]?.port;

describe('the primary', () => {
  test('is found among several servers, and named without its password', async () => {
    expect(await portOf()).toBe(String(first.port));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^PostgreSQL at .*:${first.port}/postgres is the primary$`)),
    ]);
  });

  test('commits what resolves, and undoes what rejects', async () => {
    await primary.query('CREATE TABLE kept (n integer)');
    await primary.transact((client) => client.query('INSERT INTO kept VALUES (1)'));
    const failing = primary.transact(async (client) => {
      await client.query('INSERT INTO kept VALUES (2)');
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    const swallowing = primary.transact(async (client) => {
      await client.query('INSERT INTO kept VALUES (3)');
      await client.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(/had failed/);
    expect(await primary.query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('runs what collides again', async () => {
    await primary.query('CREATE TABLE pair AS SELECT n, 0 AS times FROM generate_series(1, 2) AS n');
    const bump = (order: readonly number[]): Promise<void> =>
      primary.transact(async (client) => {
        for (const n of order) await client.query('UPDATE pair SET times = times + 1 WHERE n = $1', [n]);
      });
    await Promise.all([bump([1, 2]), bump([2, 1]), bump([1, 2]), bump([2, 1])]);
    expect(await primary.query('SELECT DISTINCT times FROM pair')).toEqual([{ times: 4 }]);
  });

  test.each([
    ['full', '53100'],
    ['unusable', '42501'],
    ['broken', '53300'],
    ['broken', 'XX001'],
  ])('is %s where the server says %s', async (reason, code) => {
    const failing = primary.query(
      `DO $$ BEGIN RAISE EXCEPTION 'server says' USING ERRCODE = '${code}'; END $$`,
    );
    await expect(failing).rejects.toMatchObject({
      name: 'StoreError',
      reason,
      message: expect.stringMatching(new RegExp(`^PostgreSQL at .*:${first.port}/postgres: server says$`)),
    });
  });

  test('is unusable without waiting where the login or the database is wrong', async () => {
    for (const uri of [first.uri('nowhere'), first.uri().replace('//postgres@', '//nobody@')]) {
      const wrong = openPrimary({ uris: [uri], max: 1 });
      await expect(wrong.query('SELECT 1')).rejects.toMatchObject({ reason: 'unusable' });
      await wrong.close();
    }
  });

  test('ends what takes too long, on the server or on the way', async () => {
    await expect(primary.query('SELECT pg_sleep(60)', [], { timeoutMs: 100 })).rejects.toThrow(StoreError);
    const hanging = primary.transact(
      async (client) => {
        await first.freeze();
        await client.query('SELECT 1');
      },
      { timeoutMs: 100 },
    );
    await expect(hanging).rejects.toMatchObject({
      reason: 'broken',
      message: expect.stringMatching(/no answer/),
    });
    await first.thaw();
  });

  test('finishes what it was given before it closes, and takes no more', async () => {
    const other = openPrimary({ uris: [first.uri()], max: 1 });
    const queries = [1, 2, 3].map((n) => other.query(`SELECT ${n} AS n`));
    const closed = other.close();
    await expect(other.query('SELECT 1')).rejects.toThrow(/closed/);
    expect((await Promise.all(queries)).flat()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await closed;
  });

  test('is looked for again when it is gone; the new one takes over', async () => {
    await first.stop('immediate');
    const asked = portOf();
    await second.promote();
    expect(await asked).toBe(String(second.port));
    await second.freeze();
    const error = (await portOf().catch((fault: unknown) => fault)) as StoreError;
    await second.thaw();
    expect(error).toMatchObject({ name: 'StoreError', reason: 'broken' });
    expect(error.message).toContain(`:${first.port}/`);
    expect(error.message).toContain(`:${second.port}/`);
    expect(error.message).not.toContain('secret');
    expect(await portOf()).toBe(String(second.port));
  });
});
