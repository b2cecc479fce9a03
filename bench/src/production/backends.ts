import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@monitor-server/testing';
import { Client } from 'pg';
import { ask, openDatabase, type Database } from './database.ts';

/** When Redis syncs what it was given: before it answers, or once a second. */
export type Syncing = 'always' | 'everysec';

/** A PostgreSQL of one's own that keeps what it commits. */
export interface Backend {
  /** Of the process that all others of the server descend from. */
  pid: number;
  /** An empty database, which goes with the server unless it is dropped before. */
  createDatabase: () => Promise<Database>;
  /** Its version, and the settings that figures depend on. */
  describe: () => Promise<string>;
  close: () => Promise<void>;
}

const megabytes = (bytes: number): number => Math.floor(bytes / 2 ** 20);

/** As much memory as is usual for a server, and durable; whatever else stays as it is installed. */
const settings = () => {
  const cache = Math.min(2048, Math.floor(megabytes(totalmem()) / 4));
  return {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: `${cache}MB`,
    effective_cache_size: `${2 * cache}MB`,
    max_wal_size: '8GB',
    timezone: 'UTC',
  };
};

const shown = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'effective_cache_size',
  'max_wal_size',
  'checkpoint_timeout',
];

const describe = async (client: Client): Promise<string> => {
  const [row] = await ask<{ version: string; settings: string }>(
    client,
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       string_agg(name || ' ' || current_setting(name), ', ' ORDER BY n) AS settings
     FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, n)`,
    [shown],
  );
  return `PostgreSQL ${row?.version}: ${row?.settings}`;
};

/** Starts a PostgreSQL that syncs every commit. */
export const openBackend = async (): Promise<Backend> => {
  const postgres = await startPostgres({ settings: settings() });
  const client = new Client({ connectionString: postgres.uri() });
  await client.connect();
  const open = new Set<Database>();
  let created = 0;
  return {
    pid: Number.parseInt(readFileSync(join(postgres.folder, 'postmaster.pid'), 'utf8'), 10),
    createDatabase: async () => {
      const name = `bench_${++created}`;
      await client.query(`CREATE DATABASE ${name}`);
      // What the last one left to be written must not be written while the next is measured.
      await client.query('CHECKPOINT');
      const database = await openDatabase(postgres.uri(name), async () => {
        open.delete(database);
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      });
      open.add(database);
      return database;
    },
    describe: () => describe(client),
    close: async () => {
      await Promise.all([...open].map((database) => database.close()));
      await client.end();
      await postgres.close();
    },
  };
};

/** An empty Redis that writes everything to its append-only file. */
export interface Broker {
  uri: string;
  pid: number;
  close: () => Promise<void>;
}

export const openBroker = async (syncing: Syncing): Promise<Broker> => {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', syncing] });
  const about = String(await redis.cli('INFO', 'server'));
  return {
    uri: redis.uri,
    pid: Number(/^process_id:(\d+)/m.exec(about)?.[1]),
    close: redis.close,
  };
};
