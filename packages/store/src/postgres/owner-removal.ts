import { resources } from '@monitor-server/contract/values';
import type { PoolClient } from 'pg';
import { bigints, integers, readBigints, readDoubles, readIntegers } from './arrays.ts';
import { BLOCK_SIZE } from './blocks.ts';
import { createGroups, forEachExtreme, GROUP_COLUMNS } from './extremes.ts';
import { interleave, type Facts } from './fold-facts.ts';
import { groupsAfter, unionsOf, UNITED, type Owner } from './owners.ts';
import type { Segment } from './segment.ts';

const UNION_SIZE = BLOCK_SIZE * BLOCK_SIZE;

const GROUP_SETS = `metric_count = fresh.metric_count, first_metric = fresh.first_metric,
  last_metric = fresh.last_metric,
  ${forEachExtreme((column) =>
    [column, `${column}_at`, `${column}_next`].map((name) => `${name} = fresh.${name}`).join(', '),
  )}`;

const COLUMNS = ['id', ...resources] as const;

const statements = (owner: Owner) => ({
  advance: `UPDATE ${owner}_stat AS stat SET metric_count = metric_count - n, removed = removed + n
    FROM unnest($1::integer[], $2::bigint[]) AS gone (id, n) WHERE ${owner}_id = gone.id
    RETURNING ${owner}_id AS id, metric_count AS count, removed`,
  removeStats: `DELETE FROM ${owner}_stat WHERE ${owner}_id = ANY ($1::integer[])`,
  removeAllBlocks: `DELETE FROM ${owner}_block WHERE ${owner}_id = ANY ($1::integer[])`,
  removeBlocks: `DELETE FROM ${owner}_block USING unnest($1::integer[], $2::integer[]) AS cut (id, number)
    WHERE ${owner}_id = cut.id AND level = $3 AND ${owner}_block.number < cut.number`,
  removeUnions: `DELETE FROM ${owner}_block USING unnest($1::integer[], $2::integer[]) AS cut (id, number)
    WHERE ${owner}_id = cut.id AND level = 2 AND ${owner}_block.number = cut.number
    RETURNING ${owner}_id AS id, ${owner}_block.number`,
  readRest: `SELECT array_send(array_agg(owner)) AS owner,
      ${COLUMNS.map((name) => `array_send(array_agg(${name})) AS ${name}`).join(', ')}
    FROM (
      SELECT cut.id AS owner, rest.* FROM unnest($1::integer[], $2::integer[]) AS cut (id, number)
      JOIN ${owner}_block AS block ON ${owner}_id = cut.id AND level = 1 AND block.number = cut.number
      CROSS JOIN LATERAL (
        SELECT ${COLUMNS.join(', ')} FROM metric
        WHERE ${owner}_id = cut.id AND id > $3 AND id <= block.last_metric OFFSET 0) AS rest
      ORDER BY cut.id, rest.id) AS fact`,
  renewBlocks: `UPDATE ${owner}_block AS block SET ${GROUP_SETS}
    FROM unnest($1::integer[], $2::integer[], ${groupsAfter(2)}) AS fresh (id, number, ${GROUP_COLUMNS})
    WHERE ${owner}_id = fresh.id AND level = 1 AND block.number = fresh.number`,
  unions: unionsOf(owner),
  renewStats: `UPDATE ${owner}_stat AS stat SET ${GROUP_SETS} FROM (
      SELECT owner, sum(metric_count), min(first_metric), max(last_metric), ${UNITED}
      FROM (
        SELECT owner, part.*, ${forEachExtreme((column, end) => `${end}(${column}) OVER united AS best_${column}`)}
        FROM unnest($1::integer[], $2::integer[]) AS cut (owner, loose)
        CROSS JOIN LATERAL (
          SELECT * FROM ${owner}_block WHERE ${owner}_id = owner AND level = 2
          UNION ALL
          SELECT * FROM ${owner}_block WHERE ${owner}_id = owner AND level = 1 AND number >= loose) AS part
        WINDOW united AS (PARTITION BY owner)) AS parts
      GROUP BY owner) AS fresh (id, ${GROUP_COLUMNS})
    WHERE ${owner}_id = fresh.id`,
});

const STATEMENTS = { test: statements('test'), session: statements('session') };

/** A test or session, without metrics that were removed. */
interface Cut {
  readonly id: number;
  /** How many metrics are left. */
  readonly count: number;
  /** How many were removed, ever. */
  readonly removed: number;
}

/** Ids, and for each in which of the groups of so many metrics it begins now. */
function startsOf(cuts: readonly Cut[], size: number): [ids: Buffer, numbers: Buffer] {
  return [
    integers(cuts.map(({ id }) => id)),
    integers(cuts.map(({ removed }) => Math.floor(removed / size))),
  ];
}

type RestRow = Record<'owner' | (typeof COLUMNS)[number], Buffer>;

/** Counts anew what is left of blocks that have lost some of their metrics. */
async function renewBlocks(
  client: PoolClient,
  owner: Owner,
  cuts: readonly Cut[],
  last: number,
): Promise<void> {
  const { readRest, renewBlocks: renew } = STATEMENTS[owner];
  const { rows } = await client.query<RestRow | { owner: null }>(readRest, [
    ...startsOf(cuts, BLOCK_SIZE),
    last,
  ]);
  const [row] = rows;
  if (row === undefined || row.owner === null) return;
  const owners = readIntegers(row.owner);
  const ids = readBigints(row.id);
  const values = interleave(
    resources.map((name) => readDoubles(row[name])),
    ids.length,
  );
  const groups = createGroups(cuts.length);
  const found: number[] = [];
  owners.forEach((id, at) => {
    const metric = ids[at] as number;
    if (found.at(-1) === id) groups.add(found.length - 1, metric, values, at * resources.length);
    else {
      groups.open(metric, values, at * resources.length);
      found.push(id);
    }
  });
  const numbers = new Map(cuts.map(({ id, removed }) => [id, Math.floor(removed / BLOCK_SIZE)]));
  await client.query(renew, [
    integers(found),
    integers(found.map((id) => numbers.get(id) as number)),
    ...groups.columns(),
  ]);
}

/** Leaves only blocks that have metrics, and counts those anew that have lost some. */
async function cutBlocks(
  client: PoolClient,
  owner: Owner,
  cuts: readonly Cut[],
  last: number,
): Promise<void> {
  const { removeBlocks, removeUnions, unions } = STATEMENTS[owner];
  await client.query(removeBlocks, [...startsOf(cuts, BLOCK_SIZE), 1]);
  await client.query(removeBlocks, [...startsOf(cuts, UNION_SIZE), 2]);
  const within = cuts.filter(({ removed }) => removed % BLOCK_SIZE > 0);
  if (within.length > 0) await renewBlocks(client, owner, within, last);
  const { rows: halves } = await client.query<{ id: number; number: number }>(
    removeUnions,
    startsOf(
      cuts.filter(({ removed }) => removed % UNION_SIZE > 0),
      UNION_SIZE,
    ),
  );
  if (halves.length === 0) return;
  await client.query(unions, [
    integers(halves.map(({ id }) => id)),
    integers(halves.map(({ number }) => number)),
  ]);
}

/** Takes removed metrics out of the counts, extremes and blocks of their tests, or sessions; others are in a segment. */
export async function removeFromOwners(
  client: PoolClient,
  owner: Owner,
  facts: Facts,
  { low: last }: Segment,
): Promise<void> {
  const { advance, removeStats, removeAllBlocks, renewStats } = STATEMENTS[owner];
  const counts = new Map<number, number>();
  for (const id of facts[owner]) counts.set(id, (counts.get(id) ?? 0) + 1);
  const { rows: cuts } = await client.query<Cut>(advance, [
    integers([...counts.keys()]),
    bigints([...counts.values()]),
  ]);
  const empty = integers(cuts.filter(({ count }) => count === 0).map(({ id }) => id));
  await client.query(removeStats, [empty]);
  await client.query(removeAllBlocks, [empty]);
  const left = cuts.filter(({ count }) => count > 0);
  if (left.length === 0) return;
  await cutBlocks(client, owner, left, last);
  await client.query(renewStats, [
    integers(left.map(({ id }) => id)),
    // Where the blocks begin that are in none of level 2.
    integers(left.map(({ count, removed }) => Math.floor((count + removed) / UNION_SIZE) * BLOCK_SIZE)),
  ]);
}
