import { setImmediate } from 'node:timers/promises';
import type { Dialect, Page, RankingQuery } from '../dialect.ts';
import { DatabaseError } from '../errors.ts';
import type { ContextRecord, MetricRecord } from '../records.ts';
import { metricConditions, selectWhere, sessionConditions, type Where } from './conditions.ts';
import { openLocalDatabase } from './database.ts';
import { belongs, buildsOf, pipelinesOf } from './names.ts';
import { contextRecord, metricRecord, METRIC_COLUMNS, sessionRecord, type Row } from './rows.ts';
import { meetTags } from './tags.ts';

/** How many rows are read at once: the process can do nothing else meanwhile, nor pytest write to the file. */
const PAGE_ROWS = 5000;

/** What the resources are called in records. */
const RESOURCE_KEYS = {
  total_time: 'total_time',
  user_time: 'user_time',
  kernel_time: 'kernel_time',
  cpu: 'cpu_usage',
  memory: 'mem_usage',
} as const;

const DIRECTIONS = { top: 'DESC', lowest: 'ASC' } as const;

/**
 * Opens a database that pytest-monitor wrote. It is read in short transactions, so a run of pytest may write to it at
 * the same time. Rankings and lists of names read the whole table, in one go.
 */
export function openLocalDialect(path: string, timeout: number | undefined): Dialect {
  const db = openLocalDatabase(path, timeout);

  async function* pages<R>(
    columns: string,
    view: string,
    { conditions, bindings }: Where,
    read: (row: Row) => R,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page<R>> {
    const total = conditions.length === 0 ? totalOf(view) : undefined;
    const sql = selectWhere(
      columns,
      view,
      ['row > @after', ...conditions],
      `ORDER BY row LIMIT ${PAGE_ROWS}`,
    );
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      await setImmediate(undefined, { signal }).catch(() => signal?.throwIfAborted());
      const rows = db.rows<Row>(sql, { ...bindings, after });
      yield { rows: rows.map(read), total };
      if (rows.length < PAGE_ROWS) return;
      after = rows.at(-1)?.row ?? after;
    }
  }

  /** How many rows there are; unknown in a damaged file, of which the rows before the damage can still be read. */
  function totalOf(view: string): number | undefined {
    try {
      return count(`SELECT count(*) AS n FROM ${view}`);
    } catch (error) {
      if (error instanceof DatabaseError && error.fault === 'damaged') return undefined;
      throw error;
    }
  }

  function sessionsWhere(where: Where) {
    return db
      .rows<Row>(selectWhere('*', 'session', where.conditions, 'ORDER BY row'), where.bindings)
      .map(sessionRecord);
  }

  function allSessions() {
    return sessionsWhere({ conditions: [], bindings: {} });
  }

  /** The sessions with metrics of a component, by the first of them. */
  function sessionsOfComponent(component: string) {
    const known = new Map(allSessions().map((session) => [session.session_h, session]));
    return db
      .rows<{ session_h: string }>(
        'SELECT session_h FROM metric WHERE component = @component GROUP BY session_h ORDER BY min(row)',
        { component },
      )
      .flatMap(({ session_h }) => known.get(session_h) ?? []);
  }

  function count(sql: string, bindings: Where['bindings'] = {}): number {
    return db.rows<{ n: number }>(sql, bindings)[0]?.n ?? 0;
  }

  function ranking({ resource, method, n, pipeline, build, ...filter }: RankingQuery): MetricRecord[] {
    const key = RESOURCE_KEYS[resource];
    const { conditions, bindings } = metricConditions(filter);
    conditions.push(`${key} IS NOT NULL`);
    if (pipeline !== undefined) {
      const sessions = allSessions().filter((session) => belongs(session, pipeline, build));
      conditions.push('session_h IN (SELECT value FROM json_each(@sessions))');
      bindings['sessions'] = JSON.stringify(sessions.map(({ session_h }) => session_h));
    }
    const order = `ORDER BY ${key} ${DIRECTIONS[method]}, row LIMIT @n`;
    return db
      .rows<Row>(selectWhere(METRIC_COLUMNS, 'metric', conditions, order), { ...bindings, n })
      .map(metricRecord);
  }

  /** An answer that is computed at once, as a promise that a signal can still refuse. */
  async function answer<T>(signal: AbortSignal | undefined, compute: () => T): Promise<T> {
    signal?.throwIfAborted();
    return compute();
  }

  return {
    metrics: (filter, signal) =>
      pages(METRIC_COLUMNS, 'metric', metricConditions(filter), metricRecord, signal),
    async *metricsOfAny(key, hashes, signal) {
      // In one go through the table, which has no index.
      const conditions = [`${key}_h IN (SELECT value FROM json_each(@hashes))`];
      const where = { conditions, bindings: { hashes: JSON.stringify(hashes) } };
      for await (const { rows } of pages(METRIC_COLUMNS, 'metric', where, metricRecord, signal)) yield rows;
    },
    async *sessions({ tags = [], method, ...filter }, signal) {
      const found = await answer(signal, () => sessionsWhere(sessionConditions(filter)));
      const rows = found.filter((session) => meetTags(session.tags, tags, method === 'match_all'));
      yield { rows, total: rows.length };
    },
    contexts: (signal) =>
      pages<ContextRecord>('*', 'context', { conditions: [], bindings: {} }, contextRecord, signal),
    session: (h, signal) =>
      answer(signal, () => sessionsWhere({ conditions: ['session_h = @h'], bindings: { h } })[0]),
    context: (h, signal) =>
      answer(signal, () => db.rows<Row>('SELECT * FROM context WHERE h = @h', { h }).map(contextRecord)[0]),
    countMetrics: (filter, signal) =>
      answer(signal, () => {
        const { conditions, bindings } = metricConditions(filter);
        return count(selectWhere('count(*) AS n', 'metric', conditions), bindings);
      }),
    countSessions: (range, signal) =>
      answer(signal, () => {
        const { conditions, bindings } = sessionConditions(range);
        return count(selectWhere('count(*) AS n', 'session', conditions), bindings);
      }),
    countContexts: (signal) => answer(signal, () => count('SELECT count(*) AS n FROM context')),
    countComponents: (signal) =>
      answer(signal, () => count("SELECT count(DISTINCT component) AS n FROM metric WHERE component <> ''")),
    ranking: (query, signal) => answer(signal, () => ranking(query)),
    components: (signal) =>
      answer(signal, () =>
        db
          .rows<{ component: string }>(
            "SELECT component FROM metric WHERE component <> '' GROUP BY component ORDER BY min(row)",
          )
          .map(({ component }) => component),
      ),
    pipelines: (component, signal) =>
      answer(signal, () =>
        component === undefined
          ? pipelinesOf(allSessions(), false)
          : pipelinesOf(sessionsOfComponent(component), true),
      ),
    builds: (pipeline, component, signal) =>
      answer(signal, () =>
        buildsOf(component === undefined ? allSessions() : sessionsOfComponent(component), pipeline),
      ),
    buildSessions: (pipeline, build, signal) =>
      answer(signal, () =>
        allSessions()
          .filter((session) => belongs(session, pipeline, build))
          .map(({ session_h }) => session_h),
      ),
    close: async () => db.close(),
  };
}
