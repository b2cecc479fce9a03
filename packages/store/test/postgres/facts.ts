import { query } from './recount.ts';

/** The owner of a metric, which stands for its test and session, and its value. */
export type FactRow = readonly [owner: number, value: number];

const INSERT_TESTS = `INSERT INTO test (id, key, item, item_variant, item_path, item_fs_loc, kind, component_id)
  OVERRIDING SYSTEM VALUE
  SELECT DISTINCT owner, int4send(owner), 'item', 'item', 'path', 'file', 'function', 1 + owner % 2
  FROM unnest($1::int[]) AS owner ON CONFLICT DO NOTHING`;

/** Metrics as they are in the table, few different values, so that extremes are equal often. */
const INSERT = `INSERT INTO metric (id, start_us, total_time, user_time, kernel_time, cpu_usage, mem_usage,
    test_id, session_id, context_id, component_id)
  SELECT greatest((SELECT max(id) FROM metric), (SELECT max(n) FROM total WHERE name = 'folded')) + n * $2,
    (random() * 1000)::int - 500, v, 0, -v, n % 3, 1e300 * v, owner, 1 + owner % 3, 1 + n % 2, 1 + owner % 2
  FROM unnest($1::int[], $3::int[]) WITH ORDINALITY AS given (owner, v, n)`;

/** Inserts metrics after all there are and were, with ids that are so far apart. */
export async function insertFacts(uri: string, rows: readonly FactRow[], gap = 1): Promise<void> {
  await query(uri, INSERT_TESTS, [rows.map(([owner]) => owner)]);
  await query(uri, INSERT, [rows.map(([owner]) => owner), gap, rows.map(([, value]) => value)]);
}
