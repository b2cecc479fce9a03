import { createHash, randomUUID } from 'node:crypto';
import { escapeIdentifier, type Client } from 'pg';
import { ask } from '../servers/guard-client.ts';
import { currentRun } from '../servers/run.ts';
import { withClient } from './client.ts';

export type PostgresDatabase = {
  uri: string;
  /** Ends every connection to the database and removes it. */
  close: () => Promise<void>;
};

/**
 * What a database holds at first. `run` is called once in all processes of the run for a name; where vitest
 * watches, a run lasts until it ends, so the name should change with what is prepared.
 */
export type Preparation = { name: string; run: (uri: string) => Promise<void> };

const locate = (uri: string, database: string): string => {
  const located = new URL(uri);
  located.pathname = `/${database}`;
  return located.href;
};

/** All databases of a run begin with this. */
const prefixOf = (run: string): string => `monitor_test_${run}_`;

const drop = (client: Client, database: string) =>
  client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`);

/** Removes what databases a run has left. */
export const dropAll = (uri: string, run: string): Promise<void> =>
  withClient(uri, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefixOf(run)],
    );
    for (const { name } of rows) await drop(client, name);
  });

/** The name of the database that holds what `preparation` makes. */
const prepare = async (uri: string, client: Client, preparation: Preparation): Promise<string> => {
  // Any name, but no more than 63 bytes of it would count.
  const digest = createHash('sha256').update(preparation.name).digest('hex').slice(0, 12);
  const database = `${prefixOf(currentRun().id)}template_${digest}`;
  // One after another; the lock goes with the connection.
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [database]);
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) {
    // Only under its final name once it is complete.
    const draft = `${database}_draft`;
    await drop(client, draft);
    await client.query(`CREATE DATABASE ${escapeIdentifier(draft)}`);
    await preparation.run(locate(uri, draft));
    await client.query(`ALTER DATABASE ${escapeIdentifier(draft)} RENAME TO ${escapeIdentifier(database)}`);
  }
  await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [database]);
  return database;
};

/**
 * A database of the PostgreSQL that all tests of a run share: empty, or a copy of what `prepare` makes. The user
 * is a superuser; roles and settings of the server belong to all, so whoever needs his own takes `startPostgres`.
 */
export const openPostgres = async (options: { prepare?: Preparation } = {}): Promise<PostgresDatabase> => {
  const shared = await ask('/postgres');
  const database = `${prefixOf(currentRun().id)}${randomUUID().slice(0, 13)}`;
  await withClient(shared.uri, async (client) => {
    const template = options.prepare && (await prepare(shared.uri, client, options.prepare));
    await client.query(
      `CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE ${escapeIdentifier(template ?? 'template0')}`,
    );
  });
  return {
    uri: locate(shared.uri, database),
    close: () =>
      withClient(shared.uri, async (client) => {
        await drop(client, database);
      }),
  };
};
