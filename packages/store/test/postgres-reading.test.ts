import { resources } from '@monitor-server/contract';
import { hasPgbouncer, openPostgres, startPgbouncer, type PostgresDatabase } from '@monitor-server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListQuery, MetricFilter, RankingFilter, StoreReader } from '../src/index.ts';
import { at, read, walk } from './conformance/reading.ts';
import { fill, FOLDED } from './postgres/landscape.ts';
import { openReader } from './postgres/reader.ts';
import { query } from './postgres/recount.ts';

let database: PostgresDatabase;
let reader: StoreReader;

const openLandscape = (): Promise<PostgresDatabase> =>
  openPostgres({ prepare: { name: 'landscape', run: fill } });

beforeAll(async () => {
  database = await openLandscape();
  reader = openReader(database.uri);
}, 60_000);
afterAll(async () => {
  await reader.close();
  await database.close();
});

/** Filters, and the same as a condition on `metric m JOIN test t JOIN session s`. */
const filters: readonly [MetricFilter, string][] = [
  [{}, 'true'],
  [{ component: 'main' }, 't.component_id = 1'],
  [{ component: 'many' }, 't.component_id = 2'],
  [{ component: 'gap' }, 't.component_id = 3'],
  [{ component: 'ended' }, 't.component_id = 4'],
  [{ component: 'rare' }, 't.component_id = 5'],
  [{ context: 'often' }, 'm.context_id = 1'],
  [{ context: 'seldom' }, 'm.context_id = 2'],
  [{ item: 'Item_3001' }, 't.id = 3001'],
  [{ item: 'Item_2101' }, 't.id = 2101'],
  [{ session: 's7' }, 's.id = 7'],
  [{ variant: 'item[7]' }, `t.item_variant = 'item[7]'`],
  [{ kind: 'class' }, `t.kind = 'class'`],
  [{ kind: 'function' }, `t.kind = 'function'`],
  [{ itemLike: 'iTEM_220' }, `t.item LIKE 'Item_220%'`],
  [{ itemLike: 'item_20' }, `t.item LIKE 'Item_20%'`],
  [{ scm: 'ref5' }, `s.scm_ref LIKE 'ref5%'`],
  [{ scm: 'ref42' }, `s.scm_ref LIKE 'ref42%'`],
];

const ranges = [
  undefined,
  { since: 9_000_000_000, until: 9_900_000_000 },
  { until: 2_500_000_000 },
  { since: FOLDED * 1_000_000 - 1_000_000_000 },
];

const joined = `metric m JOIN test t ON t.id = m.test_id JOIN session s ON s.id = m.session_id`;

/** The ids of the metrics that a filter fits. */
async function idsOf(condition: string, range: (typeof ranges)[number]): Promise<number[]> {
  const { since = -1e15, until = 1e15 } = range ?? {};
  const rows = await query(
    database.uri,
    `SELECT m.id::integer AS id FROM ${joined}
     WHERE ${condition} AND m.start_us >= $1 AND m.start_us < $2 ORDER BY m.id`,
    [since, until],
  );
  return (rows as { id: number }[]).map(({ id }) => id);
}

const timesOf = (items: readonly unknown[] | undefined): number[] =>
  ((items ?? []) as { total_time: number }[]).map(({ total_time }) => total_time);

const page = { number: 1, size: 500 };

describe('metrics', () => {
  test.each(filters)('%j: lists and counts, under ranges too', async (filter, condition) => {
    for (const range of ranges) {
      const ids = await idsOf(condition, range);
      const ranged = range === undefined ? filter : { ...filter, range };
      const list: ListQuery = { list: 'metrics', filter: ranged, page };
      expect(timesOf(await walk(reader, list, ids.length > 5_000 ? 7_000 : 450))).toEqual(ids);
      expect(await reader.count({ count: 'metrics', filter: ranged })).toBe(ids.length);
      const second = ids.slice(100, 200);
      expect(timesOf((await read(reader, at(list, { number: 2, size: 100 })))?.items)).toEqual(second);
    }
  });

  test.each(filters)('%j: pages from anywhere', async (filter, condition) => {
    const ids = await idsOf(condition, undefined);
    const list: ListQuery = { list: 'metrics', filter, page };
    const pages = Math.ceil(ids.length / 7);
    const numbers = [1, 2, 0.3, 0.5, 0.7, pages - 1, pages].map((n) => (n < 1 ? Math.ceil(n * pages) : n));
    for (const number of numbers) {
      const expected = ids.slice((number - 1) * 7, number * 7);
      expect(timesOf((await read(reader, at(list, { number, size: 7 })))?.items)).toEqual(expected);
    }
    for (const size of [7, 450]) {
      const last = Math.ceil(ids.length / size) - 1;
      expect(timesOf((await read(reader, at(list, { number: -1, size })))?.items)).toEqual(
        ids.slice(last * size),
      );
    }
  });
});

describe('rankings', () => {
  const fields: readonly [RankingFilter, string][] = [
    [{}, 'true'],
    [{ component: 'main' }, 't.component_id = 1'],
    [{ component: 'many' }, 't.component_id = 2'],
    [{ component: 'gap' }, 't.component_id = 3'],
    [{ pipeline: 'p' }, 's.pipeline_id = 1'],
  ];

  test.each(fields)('%j: of every resource, from both ends', async (filter, condition) => {
    for (const resource of resources) {
      for (const end of ['head', 'tail'] as const) {
        const direction = end === 'head' ? 'DESC' : 'ASC';
        const rows = await query(
          database.uri,
          `SELECT m.id::integer AS id FROM ${joined} WHERE ${condition} ORDER BY m.${resource} ${direction}, m.id LIMIT 200`,
        );
        const ids = (rows as { id: number }[]).map(({ id }) => id);
        for (const n of [1, 10, 200]) {
          const found = await read(reader, { list: 'ranking', filter, resource, end, n });
          expect(timesOf(found?.items)).toEqual(ids.slice(0, n));
        }
      }
    }
  });
});

describe('tests that are found by a part of their name', () => {
  test('are found when they are new, too', async () => {
    const own = await openLandscape();
    const seeing = openReader(own.uri);
    const filter = { itemLike: 'ITEM_20' };
    const count = await seeing.count({ count: 'metrics', filter });
    await query(
      own.uri,
      `INSERT INTO test (id, key, item, item_variant, item_path, item_fs_loc, kind, component_id)
       OVERRIDING SYSTEM VALUE SELECT 3003 + n, convert_to(n::text, 'UTF8'), CASE WHEN n % 2 = 0 THEN 'item_2000_' ELSE 'other' END || n, '', '', '', '', 1
       FROM generate_series(1, 20) AS n`,
    );
    const more = `INSERT INTO metric (start_us, total_time, user_time, kernel_time, cpu_usage, mem_usage,
        test_id, session_id, context_id, component_id)
      SELECT 0, -test.id, 0, 0, 0, 0, test.id, 1, 1, 1 FROM test, generate_series(1, $1)
      WHERE test.id > 3003 OR item LIKE 'Item_20%' AND test.id % 10 = 0`;
    const newest = `SELECT setval('metric_id_seq', max(id)) FROM metric`;
    await query(own.uri, newest);
    // As many as are looked at one by one, as many as make what is remembered too old, and a few again.
    for (const times of [1, 400, 1]) {
      await query(own.uri, more, [times]);
      const [row] = await query<{ n: number }>(
        own.uri,
        `SELECT count(*)::integer AS n FROM metric JOIN test ON test.id = test_id WHERE item ILIKE '%item\\_20%'`,
      );
      const items = await walk(seeing, { list: 'metrics', filter, page }, 3_000);
      expect(items).toHaveLength(row?.n ?? 0);
      expect(await seeing.count({ count: 'metrics', filter })).toBe(row?.n);
      expect(row?.n).toBeGreaterThan(count);
    }
    await seeing.close();
    await own.close();
  });
});

describe('a filter by a text that cannot be stored', () => {
  test.each<MetricFilter>([
    { session: '\0' },
    { context: '\0' },
    { component: '\0' },
    { item: 'Item_1\0' },
    { variant: '\0' },
    { kind: '\0' },
    { scm: 'ref\0' },
    { itemLike: '\0' },
    { variantLike: 'a\0' },
  ])('%j finds nothing', async (filter) => {
    expect(await reader.count({ count: 'metrics', filter })).toBe(0);
    expect(await read(reader, { list: 'metrics', filter, page })).toMatchObject({ items: [], pages: 0 });
  });
});

describe('a reader', () => {
  test('gives a read up that takes too long, and goes on with others', async () => {
    const hasty = openReader(database.uri, 1);
    const list = hasty.list({
      list: 'metrics',
      filter: { range: { since: 1 } },
      page: { number: 900, size: 30 },
    });
    await expect(list).rejects.toMatchObject({ name: 'StoreError', reason: 'broken' });
    await hasty.close();
  });

  test('reads through PgBouncer, many things at once', async ({ skip }) => {
    const bouncer = await hasPgbouncer();
    if (!bouncer.here) skip(bouncer.why);
    const pgbouncer = await startPgbouncer({ uri: database.uri });
    const through = openReader(pgbouncer.uri);
    const queries = filters.flatMap(([filter]): ListQuery[] => [
      { list: 'metrics', filter, page: { number: -1, size: 20 } },
      { list: 'ranking', filter: {}, resource: 'mem_usage', end: 'head', n: 20 },
    ]);
    const found = await Promise.all(queries.map((query) => read(through, query)));
    expect(found).toEqual(await Promise.all(queries.map((query) => read(reader, query))));
    await through.close();
    await pgbouncer.close();
  });
});
