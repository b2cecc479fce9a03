import type { PoolClient } from 'pg';
import { integers } from './arrays.ts';
import { forEachExtreme, type End } from './extremes.ts';

/** How many tests share a block: about the root of what a component has, so that rankings read few of either. */
const BLOCK_SIZE = 16;

const ABOVE: Record<End, string> = { max: '>', min: '<' };

/** The extremes of blocks, and the first metric that has each, by the extremes of some of their tests. */
const extremesOf = (tests: string): string =>
  `SELECT block_id, ${forEachExtreme((column) => `min(best_${column}) AS ${column}, min(${column}_at) FILTER (WHERE ${column} = best_${column}) AS ${column}_at`)}
   FROM (
     SELECT stat.*, ${forEachExtreme((column, end) => `${end}(stat.${column}) OVER shared AS best_${column}`)}
     FROM test_stat AS stat ${tests} WINDOW shared AS (PARTITION BY block_id)) AS tests
   GROUP BY block_id`;

/** Takes tests with later metrics into the extremes of their blocks. Few of them have any that are better. */
const RAISE = `UPDATE component_block AS old SET ${forEachExtreme((column, end) => {
  const isBetter = `fresh.${column} ${ABOVE[end]} old.${column}`;
  return `${column} = CASE WHEN ${isBetter} THEN fresh.${column} ELSE old.${column} END,
    ${column}_at = CASE WHEN ${isBetter} THEN fresh.${column}_at ELSE old.${column}_at END`;
})}
  FROM (${extremesOf(`JOIN component_block AS block ON block.id = block_id
    WHERE test_id = ANY ($1::integer[])
      AND (${forEachExtreme((column, end) => `stat.${column} ${ABOVE[end]} block.${column}`).replaceAll(', ', ' OR ')})`)}) AS fresh
  WHERE old.id = fresh.block_id`;

const ADOPT = `WITH placed AS (
    SELECT test_id, component_id,
      coalesce(taken, 0) + row_number() OVER (PARTITION BY component_id ORDER BY test_id) - 1 AS place
    FROM (SELECT test_id FROM test_stat WHERE block_id IS NULL ORDER BY test_id LIMIT $1) AS orphan
    JOIN test ON test.id = test_id
    LEFT JOIN (
      SELECT component_id, max(number * ${BLOCK_SIZE} + adopted) AS taken FROM component_block GROUP BY component_id
    ) AS known USING (component_id)),
  block AS (
    INSERT INTO component_block (component_id, number, adopted)
    SELECT component_id, place / ${BLOCK_SIZE}, max(place) % ${BLOCK_SIZE} + 1 FROM placed
    GROUP BY component_id, place / ${BLOCK_SIZE}
    ON CONFLICT (component_id, number) DO UPDATE SET adopted = excluded.adopted
    RETURNING id, component_id, number)
  UPDATE test_stat AS stat SET block_id = block.id
  FROM placed JOIN block ON block.component_id = placed.component_id AND number = place / ${BLOCK_SIZE}
  WHERE stat.test_id = placed.test_id
  RETURNING block_id`;

const renewalOf = (blocks: string): string =>
  `UPDATE component_block AS old SET ${forEachExtreme((column) => `${column} = fresh.${column}, ${column}_at = fresh.${column}_at`)}
   FROM (${extremesOf(`WHERE block_id = ANY (${blocks})`)}) AS fresh
   WHERE old.id = fresh.block_id`;

const RENEW = renewalOf('$1::integer[]');

const HAS_LOST = `least(${forEachExtreme((column) => `${column}_at`)}) <= $1`;

const RENEW_LOSERS = renewalOf(`ARRAY(SELECT id FROM component_block WHERE ${HAS_LOST})`);

/** Those with tests have other extremes now. */
const REMOVE_LOSERS = `DELETE FROM component_block WHERE ${HAS_LOST}`;

/** Takes what was folded of tests into the extremes of their blocks. */
export async function raiseComponentBlocks(client: PoolClient, tests: Int32Array): Promise<void> {
  await client.query(RAISE, [integers([...new Set(tests)])]);
}

/** Sorts tests that are in no block into blocks, so many at most; tells whether there may be others. */
export async function adoptTests(client: PoolClient, most: number): Promise<boolean> {
  const { rows } = await client.query<{ block_id: number }>(ADOPT, [most]);
  const blocks = new Set(rows.map(({ block_id }) => block_id));
  if (blocks.size > 0) await client.query(RENEW, [integers([...blocks])]);
  return rows.length === most;
}

/** Leaves only blocks with tests that have metrics after `last`, and the extremes of these. */
export async function removeFromComponentBlocks(client: PoolClient, last: number): Promise<void> {
  await client.query(RENEW_LOSERS, [last]);
  await client.query(REMOVE_LOSERS, [last]);
}
