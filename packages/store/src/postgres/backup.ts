import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Client, type PoolClient } from 'pg';
import { checkCopy, CONTENT_TABLES, isEmpty, notEmpty, type Contents } from '../copies.ts';
import { StoreError } from '../store.ts';
import { contentsOf } from './contents.ts';
import { migratePostgres } from './migrate.ts';
import { PATIENT, withPrimary } from './primary.ts';
import { runProgram } from './programs.ts';
import { schemaNumber } from './schema.ts';

/** Our tables whose rows follow from others, or are forgotten after a while. */
const OTHER_TABLES = [
  'schema_migration',
  'ingested_batch',
  'total',
  'key_origin',
  'component_stat',
  'context_stat',
  'test_stat',
  'session_stat',
  'test_block',
  'session_block',
  'component_block',
  'session_component',
  'session_context',
  'metric_zone',
  'metric_hour',
];

/** All tables that migrations make. */
export const TABLES: readonly string[] = [...CONTENT_TABLES, ...OTHER_TABLES];

interface CopyOptions {
  /** The servers of which one is the primary. */
  uris: readonly string[];
  file: string;
}

/** What is noted beside a backup. */
interface Manifest {
  made_at: string;
  schema: number;
  rows: Contents;
}

const manifestOf = (file: string): string => `${file}.json`;

/** The server that a connection leads to, for a program that makes one of its own. */
async function serverOf(
  client: PoolClient,
  uris: readonly string[],
): Promise<{ uri: string; server: number }> {
  const { rows } = await client.query<{ server: number }>(
    `SELECT current_setting('server_version_num')::integer / 10000 AS server`,
  );
  const uri = uris.find((each) => {
    const { host, port } = new Client({ connectionString: each });
    return host === client.host && port === client.port;
  });
  return { uri: uri ?? uris[0] ?? '', server: rows[0]?.server ?? 0 };
}

/**
 * Copies a PostgreSQL store as it is at one moment into a file that must not exist, with pg_dump; it may be written
 * meanwhile. Gives what the copy holds, which is noted beside it. Rejects with a StoreError, and leaves no file, where that
 * cannot be done.
 */
export async function backupPostgres({ uris, file }: CopyOptions): Promise<Contents> {
  if (existsSync(file)) throw new StoreError('unusable', `${file} exists; name a new file`);
  const part = `${file}.part`;
  const dump = async (client: PoolClient): Promise<Manifest> => {
    const schema = await schemaNumber(client);
    if (schema === 0)
      throw new StoreError('unusable', 'the database has no schema yet: there is nothing to copy');
    const rows = await contentsOf(client);
    const { rows: snapshots } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    const target = await serverOf(client, uris);
    await runProgram('pg_dump', target, [
      '--format=custom',
      `--snapshot=${snapshots[0]?.id}`,
      `--file=${part}`,
    ]);
    return { made_at: new Date().toISOString(), schema, rows };
  };
  try {
    const manifest = await withPrimary({ uris }, (primary) =>
      primary.transact(dump, { ...PATIENT, snapshot: true }),
    );
    writeFileSync(manifestOf(file), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true });
    renameSync(part, file);
    return manifest.rows;
  } finally {
    rmSync(part, { force: true });
  }
}

/** Makes room for what is restored; what holds anything stays, and is refused. */
async function clear(client: PoolClient): Promise<void> {
  if ((await schemaNumber(client)) === 0) return;
  const contents = await contentsOf(client);
  if (!isEmpty(contents)) throw notEmpty(contents);
  await client.query(`DROP TABLE IF EXISTS ${TABLES.join(', ')}`);
}

function readManifest(file: string): Manifest | undefined {
  if (!existsSync(manifestOf(file))) return undefined;
  return JSON.parse(readFileSync(manifestOf(file), 'utf8')) as Manifest;
}

/**
 * Puts a copy that `backupPostgres` made into a database that holds nothing, and brings its schema up to date; by the user
 * who shall own the tables. Gives what it holds, and whether there was a note of what the copy holds, which is then the
 * same. Rejects with a StoreError, and leaves the database empty, where that cannot be done.
 */
export async function restorePostgres({
  uris,
  file,
}: CopyOptions): Promise<{ contents: Contents; isCompared: boolean }> {
  if (!existsSync(file)) throw new StoreError('unusable', `there is no file ${file}`);
  const manifest = readManifest(file);
  const target = await withPrimary({ uris }, (primary) =>
    primary.transact(async (client) => {
      await clear(client);
      return serverOf(client, uris);
    }, PATIENT),
  );
  await runProgram('pg_restore', target, [
    '--single-transaction',
    '--exit-on-error',
    '--no-owner',
    '--no-privileges',
    file,
  ]);
  await migratePostgres({ uris });
  const contents = await withPrimary({ uris }, async (primary) => {
    // What is restored has no statistics, and reads would be planned as for empty tables.
    await primary.query('ANALYZE', [], PATIENT);
    return primary.transact(contentsOf, { ...PATIENT, snapshot: true });
  });
  if (manifest !== undefined) checkCopy(manifest.rows, contents);
  return { contents, isCompared: manifest !== undefined };
}
