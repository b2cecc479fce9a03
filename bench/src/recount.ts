import { resources } from '@monitor-server/contract/values';

const folded = `(SELECT n FROM total WHERE name = 'folded')`;

const ends = resources.flatMap((name) =>
  (['max', 'min'] as const).map((end) => ({ name, end, column: `${name}_${end}` })),
);

const differs = (column: string, other = column): string => `fresh.${column} IS DISTINCT FROM kept.${other}`;

const owners = (owner: string): [what: string, wrong: string][] => [
  [
    `counts and extremes of a ${owner}`,
    `SELECT count(*) AS wrong FROM (
       SELECT ${owner}_id, count(*) AS metric_count, min(id) AS first_metric, max(id) AS last_metric,
         ${ends.map(({ name, end, column }) => `${end}(${name}) AS ${column}`).join(', ')}
       FROM metric WHERE id <= ${folded} GROUP BY ${owner}_id) AS fresh
     FULL JOIN ${owner}_stat AS kept ON kept.${owner}_id = fresh.${owner}_id
     WHERE ${['metric_count', 'first_metric', 'last_metric', ...ends.map(({ column }) => column)].map((column) => differs(column)).join(' OR ')}`,
  ],
  [
    `first metrics with the extremes of a ${owner}`,
    `SELECT count(*) AS wrong FROM ${owner}_stat AS kept
     WHERE ${ends.map(({ name, column }) => `(SELECT ${name} FROM metric WHERE id = ${column}_at) IS DISTINCT FROM ${column}`).join(' OR ')}`,
  ],
  [
    `blocks of a ${owner}`,
    `SELECT count(*) AS wrong FROM (
       SELECT ${owner}_id, min(first_metric) AS first_metric,
         ${ends.map(({ end, column }) => `${end}(${column}) AS ${column}`).join(', ')}
       FROM ${owner}_block GROUP BY ${owner}_id) AS fresh
     FULL JOIN ${owner}_stat AS kept ON kept.${owner}_id = fresh.${owner}_id
     WHERE ${['first_metric', ...ends.map(({ column }) => column)].map((column) => differs(column)).join(' OR ')}`,
  ],
];

/**
 * SQL, for either database, that counts the rows which differ from what counting all metrics anew gives, and what these
 * rows are.
 */
export const recounts: readonly (readonly [what: string, wrong: string])[] = [
  ...owners('test'),
  ...owners('session'),
  [
    'zones',
    `SELECT count(*) AS wrong FROM (
       SELECT id >> 10 AS zone, count(*) AS metric_count, min(start_us) AS first_us, max(start_us) AS last_us
       FROM metric WHERE id <= ${folded} GROUP BY id >> 10) AS fresh
     FULL JOIN metric_zone AS kept ON kept.zone = fresh.zone
     WHERE ${['metric_count', 'first_us', 'last_us'].map((column) => differs(column)).join(' OR ')}`,
  ],
  [
    'the number of metrics',
    `SELECT abs((SELECT count(*) FROM metric WHERE id <= ${folded}) - n) AS wrong FROM total WHERE name = 'metrics'`,
  ],
];
