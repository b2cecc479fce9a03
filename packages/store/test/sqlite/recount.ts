import { resources } from '@monitor-server/contract/values';
import Database from 'better-sqlite3';

type Row = Record<string, number | null>;

const FOLDED = `SELECT * FROM metric WHERE id <= (SELECT n FROM total WHERE name = 'folded')`;

/** Tables that SQL counts anew: what they have, and what they must have. */
const COUNTED: Record<string, readonly [stored: string, counted: string]> = {
  ...Object.fromEntries(
    ['test', 'session', 'context', 'component'].map((name) => [
      `${name}_metric`,
      [`SELECT * FROM ${name}_metric`, `SELECT ${name}_id, id FROM (${FOLDED})`],
    ]),
  ),
  ...Object.fromEntries(
    ['context', 'component'].map((name) => [
      `counts of ${name}`,
      [
        `SELECT id, metric_count FROM ${name} WHERE metric_count <> 0`,
        `SELECT ${name}_id, count(*) FROM (${FOLDED}) GROUP BY 1`,
      ],
    ]),
  ),
  session_component: [
    'SELECT * FROM session_component',
    'SELECT component_id, session_id, min(id) FROM metric GROUP BY 1, 2',
  ],
  metric_zone: [
    'SELECT * FROM metric_zone',
    `SELECT id >> 10, count(*), min(start_us), max(start_us) FROM (${FOLDED}) GROUP BY 1`,
  ],
  total: [
    `SELECT n FROM total WHERE name <> 'folded' ORDER BY name`,
    `SELECT n FROM (SELECT 'metrics' AS name, count(*) AS n FROM (${FOLDED})
       UNION ALL SELECT 'sessions', count(*) FROM session WHERE ordinal IS NOT NULL
       UNION ALL SELECT 'contexts', count(*) FROM context WHERE ordinal IS NOT NULL
       UNION ALL SELECT 'removed', (SELECT n FROM total WHERE name = 'removed')) ORDER BY name`,
  ],
  'keys of metrics that are gone': [
    `SELECT metric_id FROM metric_key WHERE metric_id NOT IN (SELECT id FROM metric)`,
    'SELECT 1 WHERE false',
  ],
};

/** What a row of a stat or a block must say of metrics, in the order of their ids. */
function expected(facts: readonly Row[]): Row {
  const result: Row = { first_metric: facts[0]?.['id'] ?? null };
  for (const name of resources) {
    for (const [end, sign] of [
      ['max', -1],
      ['min', 1],
    ] as const) {
      const ranked = facts.toSorted((a, b) => sign * ((a[name] as number) - (b[name] as number)));
      result[`${name}_${end}`] = ranked[0]?.[name] ?? null;
      result[`${name}_${end}_at`] = ranked[0]?.['id'] ?? null;
      result[`${name}_${end}_next`] = ranked[1]?.[name] ?? sign * Infinity;
    }
  }
  return result;
}

/** Whether a row says what it must, as far as it says anything. */
function isWrong(row: Row, wanted: Row): boolean {
  return Object.keys(wanted).some((name) => (row[name] ?? null) !== null && row[name] !== wanted[name]);
}

function ownerFaults(db: Database.Database, owner: 'test' | 'session'): string[] {
  const all = (sql: string): Row[] => db.prepare(sql).all() as Row[];
  const id = `${owner}_id`;
  const facts = Map.groupBy(all(`${FOLDED} ORDER BY id`), (fact) => fact[id]);
  const blocks = Map.groupBy(all(`SELECT * FROM ${owner}_block ORDER BY id`), (block) => block[id]);
  const faults: string[] = [];
  const stats = all(`SELECT * FROM ${owner}_stat`);
  if (stats.length !== facts.size) faults.push(`${owner}_stat has ${stats.length} rows of ${facts.size}`);
  for (const stat of stats) {
    const own = facts.get(stat[id]) ?? [];
    const wanted = { ...expected(own), metric_count: own.length, last_metric: own.at(-1)?.['id'] ?? null };
    if (own.length === 0 || isWrong(stat, wanted)) faults.push(`${owner}_stat of ${stat[id]} is wrong`);
  }
  for (const [key, own] of facts) {
    const rows = blocks.get(key) ?? [];
    blocks.delete(key);
    let counted = 0;
    rows.forEach((block, at) => {
      const end = rows[at + 1]?.['first_metric'] ?? Infinity;
      const inside = own.filter(({ id: metric }) => metric! >= block['first_metric']! && metric! < end);
      counted += inside.length;
      if (inside.length === 0 || inside.length > 64 || isWrong(block, expected(inside)))
        faults.push(`block ${block['id']} of ${owner} ${key} is wrong`);
    });
    if (counted !== own.length)
      faults.push(`blocks of ${owner} ${key} have ${counted} metrics of ${own.length}`);
  }
  if (blocks.size > 0) faults.push(`${blocks.size} of ${owner} have blocks, but no metrics`);
  return faults;
}

/** Where something that is derived from metrics differs from what counting them anew gives. */
export function recount(path: string): string[] {
  const db = new Database(path, { readonly: true });
  const rows = (sql: string): string[] =>
    db
      .prepare(sql)
      .raw()
      .all()
      .map((row) => JSON.stringify(row))
      .sort();
  const faults = Object.entries(COUNTED).flatMap(([name, [stored, counted]]) =>
    JSON.stringify(rows(stored)) === JSON.stringify(rows(counted)) ? [] : [`${name} is wrong`],
  );
  faults.push(...ownerFaults(db, 'test'), ...ownerFaults(db, 'session'));
  db.close();
  return faults;
}
