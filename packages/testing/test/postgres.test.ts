import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { hasPgbouncer, openPostgres, startPgbouncer, startPostgres, type Postgres } from '../src/index.ts';
import { startCluster } from '../src/postgres/cluster.ts';
import { backUp } from '../src/postgres/replica.ts';
import { ask } from '../src/servers/guard-client.ts';
import { currentRun } from '../src/servers/run.ts';

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
const keep = <T extends { close: () => Promise<void> }>(one: T): T => {
  opened.push(one);
  return one;
};

const query = async (uri: string, sql: string): Promise<unknown[][]> => {
  const client = new Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
};

/** Waits until a query gives this; a replica follows in its own time. */
const become = async (uri: string, sql: string, wanted: unknown): Promise<void> => {
  let seen: unknown;
  for (let tries = 0; tries < 200 && seen !== wanted; tries++) {
    if (tries > 0) await sleep(20);
    seen = (await query(uri, sql).catch((error: unknown) => [[error]]))[0]?.[0];
  }
  expect(seen).toBe(wanted);
};

describe('a database of the shared server', () => {
  test('is empty and nobody else sees it', async () => {
    const [one, other] = await Promise.all([openPostgres(), openPostgres()]);
    keep(one);
    keep(other);
    await query(one.uri, 'CREATE TABLE mine ()');
    expect(await query(one.uri, `SELECT to_regclass('mine')::text`)).toEqual([['mine']]);
    expect(await query(other.uri, `SELECT to_regclass('mine')::text`)).toEqual([[null]]);
  });

  test('is a copy of what is prepared once for a name', async () => {
    let calls = 0;
    const prepare = {
      name: 'numbers',
      run: async (uri: string) => {
        calls++;
        await query(uri, 'CREATE TABLE number AS SELECT 1 AS n');
      },
    };
    const copies = await Promise.all([1, 2, 3].map(() => openPostgres({ prepare })));
    for (const copy of copies) keep(copy);
    await query(copies[0]?.uri ?? '', 'INSERT INTO number VALUES (2)');
    expect(await query(copies[1]?.uri ?? '', 'SELECT n FROM number')).toEqual([[1]]);
    expect(calls).toBe(1);
  });

  test('a preparation that fails is tried again by the next', async () => {
    let calls = 0;
    const run = async (uri: string) => {
      await query(uri, 'CREATE TABLE half ()');
      if (++calls === 1) throw new Error('half way');
    };
    await expect(openPostgres({ prepare: { name: 'unsteady', run } })).rejects.toThrow('half way');
    const { uri } = keep(await openPostgres({ prepare: { name: 'unsteady', run } }));
    expect(await query(uri, `SELECT to_regclass('half')::text`)).toEqual([['half']]);
  });

  test('is gone once it is closed, whoever is connected', async () => {
    const database = await openPostgres();
    const client = new Client({ connectionString: database.uri });
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.close();
    await ended;
    await expect(query(database.uri, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});

describe('a server of a test', () => {
  test('keeps its data and port when it is stopped, killed and started again', async () => {
    const server = keep(await startPostgres({ settings: { max_connections: 7 } }));
    const ends = [() => server.stop('fast'), () => server.stop('immediate'), () => server.kill()];
    await query(server.uri(), 'CREATE TABLE number (n int)');
    for (const [n, end] of ends.entries()) {
      await query(server.uri(), `INSERT INTO number VALUES (${n})`);
      await end();
      await expect(query(server.uri(), 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
      await server.start();
    }
    expect(await query(server.uri(), 'SELECT n FROM number ORDER BY n')).toEqual([[0], [1], [2]]);
    expect(await query(server.uri(), 'SHOW max_connections')).toEqual([['7']]);
  });

  test('answers nothing while it is frozen', async () => {
    const server = keep(await startPostgres());
    const client = new Client({ connectionString: server.uri() });
    await client.connect();
    await server.freeze();
    const answer = client.query('SELECT 1').then(() => 'answered');
    expect(await Promise.race([answer, sleep(200, 'silent')])).toBe('silent');
    await server.thaw();
    expect(await answer).toBe('answered');
    await client.end();
  });
});

describe('a replica', () => {
  const follow = async (primary: Postgres, replica: { uri: () => string }): Promise<unknown> => {
    await query(primary.uri(), 'CREATE TABLE later AS SELECT 2 AS n');
    await become(replica.uri(), 'SELECT n FROM later', 2);
    return query(replica.uri(), 'SELECT pg_is_in_recovery(), n FROM earlier');
  };

  test('follows its primary, catches up after it was away, and is promoted', async () => {
    const primary = keep(await startPostgres());
    await query(primary.uri(), 'CREATE TABLE earlier AS SELECT 1 AS n');
    const replica = keep(await startPostgres({ replicaOf: primary }));
    expect(await follow(primary, replica)).toEqual([[true, 1]]);
    await expect(query(replica.uri(), 'CREATE TABLE refused ()')).rejects.toThrow('read-only');

    await replica.kill();
    await query(primary.uri(), 'UPDATE later SET n = 3');
    await replica.start();
    await become(replica.uri(), 'SELECT n FROM later', 3);

    await primary.stop('immediate');
    await replica.promote();
    await query(replica.uri(), 'UPDATE later SET n = 4');
    expect(await query(replica.uri(), 'SELECT pg_is_in_recovery(), n FROM later')).toEqual([[false, 4]]);
  });

  test('can be made by programs without pg_basebackup', async () => {
    const primary = keep(await startPostgres());
    await query(primary.uri(), 'CREATE TABLE earlier AS SELECT 1 AS n');
    const run = currentRun();
    const none = await mkdtemp(join(run.folder, 'none-'));
    const { programs } = await ask('/postgres/programs');
    const data = await backUp(run, none, primary);
    const replica = keep(await startCluster(run, programs, data, {}));
    expect(await follow(primary, replica)).toEqual([[true, 1]]);
  });
});

const pgbouncer = await hasPgbouncer();

describe.skipIf(!pgbouncer.here)(`PgBouncer${pgbouncer.here ? '' : ` (${pgbouncer.why})`}`, () => {
  test('gives each transaction a connection of its own', async () => {
    const { uri } = keep(await openPostgres());
    const { uri: through } = keep(await startPgbouncer({ uri }));
    const [one, other] = [
      new Client({ connectionString: through }),
      new Client({ connectionString: through }),
    ];
    await Promise.all([one.connect(), other.connect()]);
    const backend = async (client: Client) =>
      (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const before = await backend(one);
    await other.query('BEGIN');
    const taken = await backend(other);
    const after = await backend(one);
    expect(taken).toBe(before);
    expect(after).not.toBe(before);
    await Promise.all([one.end(), other.end()]);
  });

  test('lets in every user of the server', async () => {
    const { uri } = keep(await openPostgres());
    const role = `reader_${new URL(uri).pathname.slice(1)}`;
    await query(uri, `CREATE ROLE "${role}" LOGIN`);
    const through = new URL(keep(await startPgbouncer({ uri })).uri);
    through.username = role;
    expect(await query(through.href, 'SELECT current_user::text')).toEqual([[role]]);
  });
});
