import type { Client } from 'pg';
import { digestOf } from '../entities/digest.ts';
import { ConnectionError, DatabaseError, UnsupportedError } from '../errors.ts';
import { readTags } from '../local/tags.ts';
import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';
import type { OpenUploadSource, UploadMetric } from '../upload/source.ts';
import { withoutDriver, withoutPassword } from './address.ts';

type MetricRow = MetricRecord & { row: number };
type SessionRow = Omit<SessionRecord, 'tags'> & { description: string | null };

const CONTEXTS = `
  SELECT "ENV_H" AS h, "CPU_COUNT" AS cpu_count, "CPU_FREQUENCY_MHZ" AS cpu_frequency, "CPU_TYPE" AS cpu_type,
    coalesce("CPU_VENDOR", '') AS cpu_vendor, "RAM_TOTAL_MB" AS ram_total, "MACHINE_NODE" AS machine_node,
    "MACHINE_TYPE" AS machine_type, "MACHINE_ARCH" AS machine_arch, "SYSTEM_INFO" AS system_info,
    "PYTHON_INFO" AS python_info
  FROM "EXECUTION_CONTEXTS" ORDER BY "ENV_H"`;

// The order in which they were stored is not on record; that of their dates comes closest.
const SESSIONS = `
  SELECT "SESSION_H" AS session_h, "RUN_DATE" AS run_date, "SCM_REF" AS scm_ref, "DESCRIPTION"::text AS description
  FROM "TEST_SESSIONS" ORDER BY "RUN_DATE", "SESSION_H"`;

const METRICS = `
  SELECT "ITEM_PK" AS row, coalesce("SESSION_H", '') AS session_h, coalesce("CONTEXT_H", '') AS context_h,
    "ITEM_START_TIME" AS item_start_time, "ITEM_PATH" AS item_path, "ITEM" AS item, "ITEM_VARIANT" AS item_variant,
    "ITEM_FS_LOC" AS item_fs_loc, "KIND" AS kind, coalesce("COMPONENT", '') AS component, "TOTAL_TIME" AS total_time,
    "USER_TIME" AS user_time, "KERNEL_TIME" AS kernel_time, "CPU_USAGE" AS cpu_usage, "MEM_USAGE" AS mem_usage
  FROM "TEST_METRICS" ORDER BY "ITEM_PK"`;

const TOTAL = `
  SELECT (SELECT count(*) FROM "EXECUTION_CONTEXTS") + (SELECT count(*) FROM "TEST_SESSIONS")
    + (SELECT count(*) FROM "TEST_METRICS") AS total`;

/** How many rows are fetched at a time. */
const FETCHED = 5000;

/** SQLSTATE of a table or column that is not there. */
const FOREIGN = new Set(['42P01', '42703']);

/** Most people never import from PostgreSQL, so its driver is installed by those who do. */
async function loadDriver(): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (error) {
    throw new UnsupportedError('reading a PostgreSQL database needs its driver: npm install pg', {
      cause: error,
    });
  }
}

async function connect(address: string): Promise<Client> {
  const { default: pg } = await loadDriver();
  const client = new pg.Client({
    connectionString: withoutDriver(address),
    application_name: 'monitor import',
  });
  // A connection that breaks makes the query fail that is under way, or the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Everything is of one moment, however long it takes and whatever is written meanwhile.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const name = withoutPassword(address);
    const why = error instanceof Error && error.message !== '' ? error.message : 'the connection failed';
    throw new ConnectionError(name, `cannot read ${name}: ${why}`, { cause: error });
  }
}

/**
 * Opens the database of an original monitor-server. A metric's id is made of its values and its number in the database,
 * which stays the same wherever the database moves; unlike a file's, ids need no memory of the metrics before. Throws a
 * ConnectionError where the database cannot be reached, and a DatabaseError where it is none of a monitor-server.
 */
export async function openPostgresSource(
  address: string,
  signal: AbortSignal | undefined,
): Promise<OpenUploadSource> {
  const client = await connect(address);

  async function ask<R extends object>(sql: string): Promise<R[]> {
    signal?.throwIfAborted();
    try {
      return (await client.query<R>(sql)).rows;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const name = withoutPassword(address);
      if (code !== undefined && FOREIGN.has(code)) {
        const detail = `is not the database of a monitor-server-api (${message})`;
        throw new DatabaseError(name, 'foreign', detail, { cause: error });
      }
      throw new DatabaseError(name, 'unreadable', `cannot be read: ${message}`, { cause: error });
    }
  }

  async function* rowsOf<R extends object>(sql: string): AsyncGenerator<R[]> {
    await ask(`DECLARE rows NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const rows = await ask<R>(`FETCH ${FETCHED} FROM rows`);
      if (rows.length === 0) break;
      yield rows;
    }
    await ask('CLOSE rows');
  }

  return {
    contexts: () => rowsOf<ContextRecord>(CONTEXTS),
    async *sessions() {
      for await (const rows of rowsOf<SessionRow>(SESSIONS))
        yield rows.map(({ description, ...session }) => ({ ...session, tags: readTags(description) }));
    },
    async *metrics() {
      for await (const rows of rowsOf<MetricRow>(METRICS))
        yield rows.map(({ row, ...record }): UploadMetric => ({ id: `${digestOf(record)}-${row}`, record }));
    },
    async total() {
      const [counted] = await ask<{ total: string }>(TOTAL);
      return Number(counted?.total);
    },
    close: () => client.end(),
  };
}
