import type { PoolClient } from 'pg';
import { bigints, integers } from './arrays.ts';
import type { Facts } from './fold-facts.ts';

/** How many metric ids share one zone of start times: `id >> ZONE_BITS` is the zone's number. */
export const ZONE_BITS = 10;

const countStatement = (owner: 'component' | 'context'): string =>
  `INSERT INTO ${owner}_stat AS old (${owner}_id, metric_count, first_metric, last_metric)
   SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[])
     AS fresh (${owner}_id, metric_count, first_metric, last_metric) ORDER BY ${owner}_id
   ON CONFLICT (${owner}_id) DO UPDATE SET
     metric_count = old.metric_count + excluded.metric_count, last_metric = excluded.last_metric`;

const pairStatement = (owner: 'component' | 'context'): string =>
  `INSERT INTO session_${owner} (${owner}_id, session_id, first_metric)
   SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[]) AS fresh (${owner}_id, session_id, first_metric)
   ORDER BY ${owner}_id, session_id ON CONFLICT DO NOTHING`;

const STATEMENTS = {
  component: { count: countStatement('component'), pair: pairStatement('component') },
  context: { count: countStatement('context'), pair: pairStatement('context') },
};

const ZONES = `INSERT INTO metric_zone AS old (zone, metric_count, first_us, last_us)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
    AS fresh (zone, metric_count, first_us, last_us)
  ON CONFLICT (zone) DO UPDATE SET metric_count = old.metric_count + excluded.metric_count,
    first_us = least(old.first_us, excluded.first_us), last_us = greatest(old.last_us, excluded.last_us)`;

/** How many there are of something, and the smallest and largest of what they have. */
interface Tally {
  count: number;
  first: number;
  last: number;
}

/** `keyOf` says what to tally the fact in a row under, `valueOf` what it has. */
function tally(
  length: number,
  keyOf: (row: number) => number,
  valueOf: (row: number) => number,
): Map<number, Tally> {
  const tallies = new Map<number, Tally>();
  for (let row = 0; row < length; row++) {
    const key = keyOf(row);
    const value = valueOf(row);
    const known = tallies.get(key);
    if (known === undefined) {
      tallies.set(key, { count: 1, first: value, last: value });
      continue;
    }
    known.count++;
    known.first = Math.min(known.first, value);
    known.last = Math.max(known.last, value);
  }
  return tallies;
}

function columnsOf(tallies: ReadonlyMap<number, Tally>): Buffer[] {
  const all = [...tallies.values()];
  return [
    bigints(all.map(({ count }) => count)),
    bigints(all.map(({ first }) => first)),
    bigints(all.map(({ last }) => last)),
  ];
}

/** Counts the metrics of components, or contexts, and notes which sessions have metrics of them. */
export async function foldCounts(
  client: PoolClient,
  owner: 'component' | 'context',
  facts: Facts,
): Promise<void> {
  const ids = facts[owner];
  const metricIn = (row: number): number => facts.id[row] as number;
  const tallies = tally(ids.length, (row) => ids[row] as number, metricIn);
  await client.query(STATEMENTS[owner].count, [integers([...tallies.keys()]), ...columnsOf(tallies)]);

  const pairs = new Map<string, number>();
  for (let row = 0; row < ids.length; row++) {
    const pair = `${ids[row]} ${facts.session[row]}`;
    if (!pairs.has(pair)) pairs.set(pair, row);
  }
  const rows = [...pairs.values()];
  await client.query(STATEMENTS[owner].pair, [
    integers(rows.map((row) => ids[row] as number)),
    integers(rows.map((row) => facts.session[row] as number)),
    bigints(rows.map(metricIn)),
  ]);
}

/** Notes the first and last start time of each zone. */
export async function foldZones(client: PoolClient, facts: Facts): Promise<void> {
  const zoneOf = (row: number): number => Math.floor((facts.id[row] as number) / 2 ** ZONE_BITS);
  const zones = tally(facts.id.length, zoneOf, (row) => facts.micros[row] as number);
  await client.query(ZONES, [bigints([...zones.keys()]), ...columnsOf(zones)]);
}
