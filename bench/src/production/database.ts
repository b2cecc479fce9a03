import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';

/** What one table takes on the disk, with its indexes. */
export interface TableSize {
  table: string;
  bytes: number;
}

/** Metrics and posted sessions that are stored, and records that could not be. */
export interface Counts {
  metrics: number;
  sessions: number;
  dead: number;
}

/** A database of the store, as one sees it from outside. */
export interface Database {
  uri: string;
  /** The newest metric's id: how many were stored, as long as no transaction failed. Costs next to nothing. */
  newest: () => Promise<number>;
  /** Resolves once so many are stored; fails after `limit` seconds. */
  reach: (metrics: number, limit: number) => Promise<void>;
  /** All of them counted, which takes a while. */
  count: () => Promise<Counts>;
  /** Resolves once everything that is derived from metrics is up to date; fails after a minute. */
  settle: () => Promise<void>;
  /** How many transactions wait for an advisory lock. */
  waiting: () => Promise<number>;
  /** Largest first. */
  sizes: () => Promise<TableSize[]>;
  /** Does what autovacuum does sooner or later, so that all runs read alike. */
  tidy: () => Promise<void>;
  drop: () => Promise<void>;
  /** Looks no more. */
  close: () => Promise<void>;
}

export const ask = async <Row extends QueryResultRow>(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> => (await client.query<Row>(text, values)).rows;

const newest = 'SELECT coalesce(max(id), 0)::float8 AS n FROM metric';

const count = `SELECT (SELECT count(*) FROM metric)::float8 AS metrics,
  (SELECT count(*) FROM session WHERE ordinal IS NOT NULL)::float8 AS sessions,
  (SELECT count(*) FROM dead_record)::float8 AS dead`;

const unfolded = `SELECT (SELECT coalesce(max(id), 0) FROM metric)::float8 - n::float8 AS n
  FROM total WHERE name = 'folded'`;

const waiting = `SELECT count(*)::float8 AS n FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`;

const sizes = `SELECT relname AS "table", pg_total_relation_size(oid)::float8 AS bytes FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY bytes DESC`;

/** Looks into a database on a connection of its own; `remove` is to drop it. */
export const openDatabase = async (uri: string, remove: () => Promise<void>): Promise<Database> => {
  const client = new Client({ connectionString: uri });
  await client.connect();
  const number = async (text: string): Promise<number> => (await ask<{ n: number }>(client, text))[0]?.n ?? 0;

  const counted = async (): Promise<Counts> => {
    const [row] = await ask<Counts & QueryResultRow>(client, count);
    return row ?? { metrics: 0, sessions: 0, dead: 0 };
  };

  const until = async (isThere: () => Promise<boolean>, limit: number, what: string): Promise<void> => {
    const end = performance.now() + limit * 1000;
    while (!(await isThere())) {
      if (performance.now() > end) throw new Error(`after ${limit} s ${what}`);
      await sleep(20);
    }
  };

  return {
    uri,
    newest: () => number(newest),
    reach: (metrics, limit) =>
      until(
        // Ids may have gaps, yet there are never fewer ids than metrics.
        async () => (await number(newest)) >= metrics && (await counted()).metrics >= metrics,
        limit,
        `there are fewer than ${metrics} metrics`,
      ),
    count: counted,
    settle: () =>
      until(async () => (await number(unfolded)) === 0, 60, 'some metrics are still to be folded'),
    waiting: () => number(waiting),
    sizes: () => ask<TableSize & QueryResultRow>(client, sizes),
    tidy: async () => {
      await client.query('VACUUM (ANALYZE)');
      await client.query('CHECKPOINT');
    },
    drop: async () => {
      await client.end();
      await remove();
    },
    close: () => client.end(),
  };
};
