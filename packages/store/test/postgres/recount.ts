import { setTimeout as sleep } from 'node:timers/promises';
import { resources } from '@monitor-server/contract/values';
import { withClient } from '@monitor-server/testing';

/** The extremes of a group of rows, told by sorting it, in the order of the columns of a table with extremes. */
const EXTREMES = resources
  .flatMap((name) => ['DESC', 'ASC'].map((direction) => [name, `ORDER BY ${name} ${direction}, id`] as const))
  .map(
    ([name, order]) =>
      `(array_agg(${name} ${order}))[1], (array_agg(id ${order}))[1], (array_agg(${name} ${order}))[2]`,
  )
  .join(', ');

/** The extremes of a group of tests, told by sorting those of the tests. */
const TEST_EXTREMES = resources.flatMap((name) =>
  (['max', 'min'] as const).map((end) => {
    const column = `${name}_${end}`;
    const order = `ORDER BY ${column} ${end === 'max' ? 'DESC' : 'ASC'}, ${column}_at`;
    return {
      stored: `${column}, ${column}_at`,
      counted: `(array_agg(${column} ${order}))[1], (array_agg(${column}_at ${order}))[1]`,
    };
  }),
);

const GROUP = `count(*), min(id), max(id), ${EXTREMES}`;

const TOTAL = (name: string): string => `SELECT n FROM total WHERE name = '${name}'`;
const FOLDED = `SELECT * FROM metric WHERE id <= (${TOTAL('folded')})`;

/** Ranks go on as if those that retention removed were there. */
const ranked = (owner: string): string =>
  `SELECT metric.*, removed + row_number() OVER (PARTITION BY ${owner}_id ORDER BY id) - 1 AS rank
   FROM (${FOLDED}) AS metric JOIN ${owner}_stat USING (${owner}_id)`;

/** What a table has that follows from `metric`, and what it must have. */
const DERIVED: Record<string, readonly [stored: string, counted: string]> = {
  ...Object.fromEntries(
    ['test', 'session'].flatMap((owner) => [
      [
        `${owner}_stat`,
        [
          `SELECT * FROM ${owner}_stat`,
          `SELECT counted.*, ${owner === 'test' ? 'removed, block_id' : 'removed'}
           FROM (SELECT ${owner}_id, ${GROUP} FROM (${FOLDED}) AS metric GROUP BY ${owner}_id) AS counted
           LEFT JOIN ${owner}_stat USING (${owner}_id)`,
        ],
      ],
      [
        `${owner}_block of level 1`,
        [
          `SELECT * FROM ${owner}_block WHERE level = 1`,
          `SELECT ${owner}_id, 1, rank / 64, ${GROUP} FROM (${ranked(owner)}) AS metric GROUP BY ${owner}_id, rank / 64`,
        ],
      ],
      [
        `${owner}_block of level 2`,
        [
          `SELECT * FROM ${owner}_block WHERE level = 2`,
          `SELECT ${owner}_id, 2, rank / 4096, ${GROUP} FROM (${ranked(owner)}) AS metric
           GROUP BY ${owner}_id, rank / 4096 HAVING max(rank) % 4096 = 4095`,
        ],
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['component', 'context'].flatMap((owner) => [
      [
        `${owner}_stat`,
        [
          // The first is the first there ever was.
          `SELECT ${owner}_id, metric_count, last_metric, first_metric <= (
             SELECT min(id) FROM metric WHERE metric.${owner}_id = stat.${owner}_id)
           FROM ${owner}_stat AS stat WHERE metric_count > 0`,
          `SELECT ${owner}_id, count(*), max(id), true FROM (${FOLDED}) AS metric GROUP BY ${owner}_id`,
        ],
      ],
      [
        `session_${owner}`,
        [
          `SELECT * FROM session_${owner}`,
          `SELECT ${owner}_id, session_id, min(id) FROM (${FOLDED}) AS metric GROUP BY ${owner}_id, session_id`,
        ],
      ],
    ]),
  ),
  component_block: [
    `SELECT id, component_id, ${TEST_EXTREMES.map(({ stored }) => stored).join(', ')} FROM component_block`,
    `SELECT block_id, component_id, ${TEST_EXTREMES.map(({ counted }) => counted).join(', ')}
     FROM test_stat JOIN test ON id = test_id WHERE block_id IS NOT NULL GROUP BY block_id, component_id`,
  ],
  'blocks with more than 16 tests': [
    'SELECT block_id FROM test_stat WHERE block_id IS NOT NULL GROUP BY block_id HAVING count(*) > 16',
    'SELECT 1 WHERE false',
  ],
  metric_zone: [
    'SELECT * FROM metric_zone',
    `SELECT id >> 10, count(*), min(start_us), max(start_us) FROM (${FOLDED}) AS metric GROUP BY id >> 10`,
  ],
  'keys of metrics that are gone': [
    `SELECT origin FROM metric_key WHERE origin NOT IN (
       SELECT id FROM key_origin WHERE last_metric > (${TOTAL('removed')}))`,
    'SELECT 1 WHERE false',
  ],
  'total of metrics': [TOTAL('metrics'), `SELECT count(*) FROM (${FOLDED}) AS metric`],
  'total of sessions': [TOTAL('sessions'), 'SELECT count(*) FROM session WHERE ordinal IS NOT NULL'],
  'total of contexts': [TOTAL('contexts'), 'SELECT count(*) FROM context WHERE ordinal IS NOT NULL'],
  'ordinals of sessions': [
    'SELECT ordinal FROM session WHERE ordinal IS NOT NULL',
    `SELECT generate_series(1, (${TOTAL('sessions')}))`,
  ],
};

/** Runs SQL beside the store, as whoever checks it does. */
export const query = <Row>(uri: string, text: string, values: unknown[] = []): Promise<Row[]> =>
  withClient(uri, async (client) => (await client.query(text, values)).rows as Row[]);

/** There are some only right after a migration. */
export const TESTS_IN_NO_BLOCK = 'SELECT test_id FROM test_stat WHERE block_id IS NULL';

/** Where something that is derived from metrics differs from what counting them anew gives. */
export async function recount(uri: string): Promise<string[]> {
  const faults: string[] = [];
  await withClient(uri, async (client) => {
    for (const [name, [stored, counted]] of Object.entries(DERIVED)) {
      const { rows } = await client.query<{ wrong: string; missing: string }>(
        `WITH stored AS MATERIALIZED (${stored}), counted AS MATERIALIZED (${counted})
       SELECT (SELECT count(*) FROM (TABLE stored EXCEPT ALL TABLE counted) AS wrong) AS wrong,
         (SELECT count(*) FROM (TABLE counted EXCEPT ALL TABLE stored) AS missing) AS missing`,
      );
      const { wrong, missing } = rows[0] ?? {};
      if (wrong !== '0' || missing !== '0')
        faults.push(`${name}: ${wrong} rows are wrong, ${missing} are missing`);
    }
  });
  return faults;
}

/** Waits until everything that is stored is folded. */
export const settle = (uri: string): Promise<void> =>
  withClient(uri, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ done: boolean }>(
        `SELECT coalesce((SELECT max(id) FROM metric), 0) <= (${TOTAL('folded')}) AS done`,
      );
      if (rows[0]?.done === true) return;
      await sleep(100);
    }
  });
