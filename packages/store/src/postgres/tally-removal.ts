import type { PoolClient } from 'pg';
import { bigints, integers } from './arrays.ts';
import type { Facts } from './fold-facts.ts';
import type { Segment } from './segment.ts';
import { ZONE_BITS } from './time-range.ts';

const statements = (owner: 'component' | 'context') => ({
  // The row and its first metric stay, because that is what components are listed by.
  count: `UPDATE ${owner}_stat AS stat SET metric_count = metric_count - gone.n
    FROM unnest($1::integer[], $2::bigint[]) AS gone (id, n) WHERE ${owner}_id = gone.id`,
  pair: `WITH
    renewed AS MATERIALIZED (
      SELECT gone.owner, gone.session, (
        SELECT id FROM metric WHERE session_id = gone.session AND ${owner}_id = gone.owner AND id > $3 AND id <= $4
        ORDER BY id LIMIT 1) AS first
      FROM unnest($1::integer[], $2::integer[]) AS gone (owner, session)),
    kept AS (
      UPDATE session_${owner} AS pair SET first_metric = first FROM renewed
      WHERE first IS NOT NULL AND pair.${owner}_id = owner AND pair.session_id = session)
    DELETE FROM session_${owner} AS pair USING renewed
    WHERE first IS NULL AND pair.${owner}_id = owner AND pair.session_id = session`,
});

const STATEMENTS = { component: statements('component'), context: statements('context') };

const REMOVE_ZONES = 'DELETE FROM metric_zone WHERE zone <= $1';

const ADD_ZONE = `INSERT INTO metric_zone (zone, metric_count, first_us, last_us)
  SELECT $1::bigint, count(*), min(start_us), max(start_us) FROM metric WHERE id > $2 AND id <= $3 HAVING count(*) > 0`;

/** Takes removed metrics out of the counts of components, or contexts, and of their pairs with sessions. */
export async function removeFromCounts(
  client: PoolClient,
  owner: 'component' | 'context',
  facts: Facts,
  { low, high }: Segment,
): Promise<void> {
  const { count, pair } = STATEMENTS[owner];
  const counts = new Map<number, number>();
  const pairs = new Map<string, number>();
  facts[owner].forEach((id, row) => {
    counts.set(id, (counts.get(id) ?? 0) + 1);
    pairs.set(`${id} ${facts.session[row]}`, row);
  });
  await client.query(count, [integers([...counts.keys()]), bigints([...counts.values()])]);
  const rows = [...pairs.values()];
  await client.query(pair, [
    integers(rows.map((row) => facts[owner][row] as number)),
    integers(rows.map((row) => facts.session[row] as number)),
    low,
    high,
  ]);
}

/** Leaves only zones of metrics in a segment, which begins after those that were removed and ends with the fold. */
export async function removeFromZones(client: PoolClient, { low, high }: Segment): Promise<void> {
  const zone = Math.floor((low + 1) / 2 ** ZONE_BITS);
  await client.query(REMOVE_ZONES, [zone]);
  await client.query(ADD_ZONE, [zone, low, Math.min(high, (zone + 1) * 2 ** ZONE_BITS - 1)]);
}
