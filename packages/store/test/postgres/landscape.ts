import { migratePostgres } from '../../src/postgres/index.ts';
import { fold } from '../../src/postgres/fold.ts';
import { openPrimary } from '../../src/postgres/primary.ts';
import { query } from './recount.ts';

/** How many metrics are folded, and how many come after them. */
export const FOLDED = 20_000;
const LATER = 300;

const key = (text: string): string => `substr(sha256(convert_to(${text}, 'UTF8')), 1, 16)`;

/**
 * The id of the test of metric n. Three tests have most metrics. Of the others,
 * - 1 to 1500 have about three each, anywhere,
 * - 2001 to 2040 have many at the start and at the end, and none in between,
 * - 2101 ended early, with few,
 * - 2201 to 2203 are rare.
 */
const TEST = `CASE
  WHEN n % 5003 = 17 THEN 2201 + n % 3
  WHEN n < 4000 AND n % 400 = 3 THEN 2101
  WHEN (n < 3000 OR n > ${FOLDED} - 2000) AND n % 6 = 0 THEN 2001 + n / 6 % 40
  WHEN n % 13 = 5 THEN 1 + n * 7919 % 1500
  ELSE 3001 + n % 3 END`;

/** Metrics above $1 up to $2. Each is told from the others by its total time, which is its id. */
const METRICS = `INSERT INTO metric (id, start_us, total_time, user_time, kernel_time, cpu_usage, mem_usage,
    test_id, session_id, context_id, component_id)
  SELECT n, n * 1000000 + n * 7919 % 5000000, n, n * 7919 % 1009, CASE WHEN n % 5 = 0 THEN n % 4 ELSE 0 END,
    n % 2, -(n / 1000), test.id, 1 + n / 100 % 300 + n % 2 * 300,
    CASE WHEN n / 100 % 300 = 7 THEN 2 ELSE 1 END, component_id
  FROM generate_series($1::bigint + 1, $2) AS n JOIN test ON test.id = ${TEST}`;

const DIMENSIONS = `
  INSERT INTO component (key, name)
    SELECT ${key('name')}, name FROM unnest('{main,many,gap,ended,rare}'::text[]) WITH ORDINALITY AS given (name, n)
    ORDER BY n;
  INSERT INTO test (id, key, item, item_variant, item_path, item_fs_loc, kind, component_id) OVERRIDING SYSTEM VALUE
    SELECT n, ${key('n::text')}, 'Item_' || n, 'item[' || n % 50 || ']', 'path', 'file',
      CASE WHEN n < 1000 THEN 'class' ELSE 'function' END,
      CASE WHEN n <= 1500 THEN 2 WHEN n <= 2040 THEN 3 WHEN n <= 2101 THEN 4 WHEN n <= 2203 THEN 5 ELSE 1 END
    FROM generate_series(1, 3003) AS n;
  INSERT INTO context (key, h) SELECT ${key('h')}, h FROM unnest('{often,seldom}'::text[]) AS h;
  INSERT INTO pipeline (key, name) VALUES (${key("'p'")}, 'p');
  INSERT INTO session (key, h, ordinal, run_date, run_us, scm_ref, tags, pipeline_id)
    SELECT ${key("'s' || n")}, 's' || n, n, '2024-03-01', 0, 'ref' || n % 60, '[]', CASE WHEN n % 4 = 0 THEN 1 END
    FROM generate_series(1, 600) AS n;
  UPDATE total SET n = 600 WHERE name = 'sessions'`;

/** Makes a store whose metrics lie in all the ways that reading them is made for. */
export async function fill(uri: string): Promise<void> {
  await migratePostgres({ uris: [uri] });
  for (const statement of DIMENSIONS.split(';')) await query(uri, statement);
  await query(uri, METRICS, [0, FOLDED]);
  const primary = openPrimary({ uris: [uri], max: 1 });
  await primary.transact((client) => fold(client, { least: 1, most: FOLDED, nowMs: Date.now() }));
  await primary.close();
  await query(uri, METRICS, [FOLDED, FOLDED + LATER]);
}
