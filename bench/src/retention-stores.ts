import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { Options } from './options.ts';
import { openBackend, openBroker } from './production/backends.ts';
import { openPipeline } from './production/services.ts';
import { seedStore } from './production/store-seed.ts';
import { openFolder } from './release.ts';
import { recounts } from './recount.ts';
import { seed } from './seed.ts';
import { openServer, type Target } from './target.ts';
import type { World } from './world.ts';

/** A database that holds metrics, and the server on it. */
export interface Kept {
  name: string;
  /** Starts the server, which keeps metrics for so many days. */
  open: (retentionDays?: number) => Promise<Target>;
  /** Makes metrics look as if they had been stored long ago, as far as counts take them in; while no server runs. */
  age: () => Promise<void>;
  /** The last metric that was removed, and the last that counts take in. */
  progress: () => Promise<{ removed: number; folded: number; newest: number }>;
  /** What counts and extremes have wrong. */
  recount: () => Promise<string[]>;
  close: () => Promise<void>;
}

const age = `INSERT INTO metric_hour SELECT 0, n FROM total WHERE name = 'folded'`;

const progress = `SELECT (SELECT n FROM total WHERE name = 'removed') AS removed,
  (SELECT n FROM total WHERE name = 'folded') AS folded,
  coalesce((SELECT max(id) FROM metric), 0) AS newest`;

type Ask = (text: string) => Promise<Record<string, unknown>>;

const recountWith = async (ask: Ask): Promise<string[]> => {
  const faults: string[] = [];
  for (const [what, text] of recounts) {
    const wrong = Number((await ask(text))['wrong']);
    if (wrong > 0) faults.push(`${what}: ${wrong}`);
  }
  return faults;
};

const progressWith = async (ask: Ask): ReturnType<Kept['progress']> => {
  const { removed, folded, newest } = await ask(progress);
  return { removed: Number(removed), folded: Number(folded), newest: Number(newest) };
};

/** The embedded server on a SQLite file. */
export const keepInSqlite = async (options: Options, world: World): Promise<Kept> => {
  const folder = openFolder();
  const open = (retentionDays?: number): Promise<Target> =>
    openServer({ folder: folder.path, workers: options.workers, ...(retentionDays && { retentionDays }) });
  const server = await open();
  await seed(server.port, world, options.rows);
  await server.stop();
  const path = join(folder.path, 'monitor.sqlite');
  const ask: Ask = async (text) => {
    const db = new DatabaseSync(path, { readOnly: true });
    const row = db.prepare(text).get();
    db.close();
    return row ?? {};
  };
  return {
    name: 'SQLite',
    open,
    age: async () => {
      const db = new DatabaseSync(path);
      db.exec(age);
      db.close();
    },
    progress: () => progressWith(ask),
    recount: () => recountWith(ask),
    close: async () => folder.close(),
  };
};

/** The production pipeline on PostgreSQL. */
export const keepInPostgres = async (options: Options, world: World): Promise<Kept> => {
  const backend = await openBackend();
  const database = await backend.createDatabase();
  await seedStore(database, world, options.rows);
  const folder = openFolder();
  const broker = await openBroker('always');
  const surroundings = { database: database.uri, queue: broker.uri, folder: folder.path };
  const client = new Client({ connectionString: database.uri });
  await client.connect();
  const ask: Ask = async (text) => (await client.query<Record<string, unknown>>(text)).rows[0] ?? {};
  return {
    name: 'PostgreSQL',
    open: (retentionDays) => openPipeline(surroundings, options.workers, retentionDays),
    age: async () => void (await client.query(age)),
    progress: () => progressWith(ask),
    recount: () => recountWith(ask),
    close: async () => {
      await client.end();
      await broker.close();
      folder.close();
      await backend.close();
    },
  };
};
