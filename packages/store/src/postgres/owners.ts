import type { PoolClient } from 'pg';
import { integers, readBigints, readIntegers } from './arrays.ts';
import { BLOCK_SIZE, changesOf } from './blocks.ts';
import { forEachExtreme, GROUP_COLUMNS, GROUP_TYPES } from './extremes.ts';
import type { Facts } from './fold-facts.ts';

export type Owner = 'test' | 'session';

/** Takes the extremes of later metrics, `excluded`, into a row `old`. Of equal values the earlier is the extreme. */
const MERGED = `metric_count = old.metric_count + excluded.metric_count, last_metric = excluded.last_metric,
  ${forEachExtreme((column, end) => {
    const better = end === 'max' ? 'greatest' : 'least';
    const beaten = `excluded.${column} ${end === 'max' ? '>' : '<'} old.${column}`;
    return `${column} = ${better}(old.${column}, excluded.${column}),
      ${column}_at = CASE WHEN ${beaten} THEN excluded.${column}_at ELSE old.${column}_at END,
      ${column}_next = CASE WHEN ${beaten} THEN ${better}(old.${column}, excluded.${column}_next)
        ELSE ${better}(old.${column}_next, excluded.${column}) END`;
  })}`;

/** The extremes of several blocks; `best_…` is the best of each that are grouped. */
export const UNITED = forEachExtreme((column, end) => {
  const isBest = `${column} = best_${column}`;
  return `min(best_${column}), min(${column}_at) FILTER (WHERE ${isBest}),
    CASE WHEN count(*) FILTER (WHERE ${isBest}) > 1 THEN min(best_${column})
      ELSE ${end === 'max' ? 'greatest' : 'least'}(${end}(${column}) FILTER (WHERE NOT ${isBest}),
        ${end}(${column}_next) FILTER (WHERE ${isBest})) END`;
});

/** Parameters for GROUP_COLUMNS, after so many others. */
export const groupsAfter = (others: number): string =>
  GROUP_TYPES.map((type, index) => `$${others + index + 1}::${type}[]`).join(', ');

/** Makes blocks of level 2 of those of level 1: $1 are the ids of their owners, $2 their numbers. */
export const unionsOf = (owner: Owner): string =>
  `INSERT INTO ${owner}_block (${owner}_id, level, number, ${GROUP_COLUMNS})
    SELECT ${owner}_id, 2, whole, sum(metric_count), min(first_metric), max(last_metric), ${UNITED}
    FROM (
      SELECT part.*, whole, ${forEachExtreme((column, end) => `${end}(${column}) OVER united AS best_${column}`)}
      FROM unnest($1::integer[], $2::integer[]) AS filled (owner, whole)
      JOIN ${owner}_block AS part ON ${owner}_id = owner AND level = 1
        AND number BETWEEN whole * ${BLOCK_SIZE} AND whole * ${BLOCK_SIZE} + ${BLOCK_SIZE - 1}
      WINDOW united AS (PARTITION BY owner, whole)) AS parts
    GROUP BY ${owner}_id, whole`;

/** In the order of the primary keys, so that a page is written once. */
const statements = (owner: Owner) => ({
  count: `SELECT array_send(array_agg(${owner}_id)) AS ids, array_send(array_agg(metric_count + removed)) AS counts
    FROM ${owner}_stat WHERE ${owner}_id = ANY ($1::integer[])`,
  stats: `INSERT INTO ${owner}_stat AS old (${owner}_id, ${GROUP_COLUMNS})
    SELECT * FROM unnest($1::integer[], ${groupsAfter(1)}) AS fresh (${owner}_id, ${GROUP_COLUMNS})
    ORDER BY ${owner}_id
    ON CONFLICT (${owner}_id) DO UPDATE SET ${MERGED}`,
  blocks: `INSERT INTO ${owner}_block AS old (${owner}_id, level, number, ${GROUP_COLUMNS})
    SELECT ${owner}_id, 1, number, ${GROUP_COLUMNS}
    FROM unnest($1::integer[], $2::integer[], ${groupsAfter(2)}) AS fresh (${owner}_id, number, ${GROUP_COLUMNS})
    ORDER BY ${owner}_id, number
    ON CONFLICT (${owner}_id, level, number) DO UPDATE SET ${MERGED}`,
  unions: unionsOf(owner),
});

const STATEMENTS = { test: statements('test'), session: statements('session') };

/** How many metrics each of some owners has, or had until retention removed them, where it has any. */
async function countsOf(
  client: PoolClient,
  owner: Owner,
  ids: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const { rows } = await client.query<{ ids: Buffer | null; counts: Buffer | null }>(
    STATEMENTS[owner].count,
    [integers([...ids])],
  );
  const [row] = rows;
  if (row?.ids == null || row.counts === null) return new Map();
  const counts = readBigints(row.counts);
  return new Map(Array.from(readIntegers(row.ids), (id, index) => [id, counts[index] as number]));
}

/** Takes metrics into the counts, extremes and blocks of their tests, or sessions. */
export async function foldOwners(client: PoolClient, owner: Owner, facts: Facts): Promise<void> {
  const ids = new Set(facts[owner]);
  const counts = await countsOf(client, owner, ids);
  const { stats, blocks, unions } = changesOf(facts, facts[owner], ids.size, counts);
  await client.query(STATEMENTS[owner].stats, stats);
  await client.query(STATEMENTS[owner].blocks, blocks);
  if (unions !== undefined) await client.query(STATEMENTS[owner].unions, unions);
}
