import type { ListQuery } from '../store.ts';
import { isWithin, type Segment } from './segment.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { startsWithin } from './time-range.ts';

type Ranking = Extract<ListQuery, { list: 'ranking' }>;

/** A metric that a ranking may have. */
export type Candidate = readonly [id: number, value: number];

/** What a ranking is made of: the metrics of some owners of extremes. */
export interface Field {
  owner: 'test' | 'session';
  /** SQL for the extremes of owners; `first` is SQL for an order of them, and how many of the first are wanted. */
  owners(first: string, values: Values): string;
  /** The same for rows of `metric m`. */
  ofMetric(values: Values): string;
}

/** The metrics of an owner, or of one of its blocks: the first in the ranking, and the value of the next. */
type Group = readonly [
  owner: number,
  /** 1 or 2 for blocks, 3 for all metrics of an owner. */
  level: number,
  /** That of the block; for all metrics, how many there are or were. */
  number: number,
  firstMetric: number,
  lastMetric: number,
  value: number,
  at: number,
  /** Null where there is no other. */
  next: number | null,
];

/** How many metrics a block of level 1 has, and how many of those one of level 2. */
const BLOCK_SIZE = 64;

/**
 * Where the first n all have the same value, as of times that are 0, they are the first n metrics that have it: these
 * are looked for among so many metrics before any group is opened.
 */
const SCANNED_METRICS = 4_096;

/** After every metric. */
const LAST = Number.MAX_SAFE_INTEGER;

/** The order of a ranking: by value, then by storing. */
export function orderOf(end: Ranking['end']) {
  const sign = end === 'head' ? -1 : 1;
  return (a: Candidate, b: Candidate): number => sign * (a[1] - b[1]) || a[0] - b[0];
}

const firstOf = ([, , , , , value, at]: Group): Candidate => [at, value];

/** The n first metrics of segments, found by reading all that lie there. */
export async function scanLeaders(
  snapshot: Snapshot,
  field: Field,
  { resource, end, n, filter }: Ranking,
  segments: readonly Segment[],
): Promise<Candidate[]> {
  const values = createValues();
  return snapshot.rows<Candidate>(
    `SELECT m.id, m.${resource} FROM metric m
     WHERE ${isWithin(segments, values)} AND ${field.ofMetric(values)} AND ${startsWithin(filter.range, values)}
     ORDER BY m.${resource} ${end === 'head' ? 'DESC' : 'ASC'}, m.id LIMIT ${values.bind(n)}`,
    values,
  );
}

/**
 * The n first metrics of a field up to the fold. They lie in the n owners whose extremes come first, there in the n
 * blocks whose extremes do, and so on down, because every group has a metric that is its extreme. Most have but that
 * one: only where the next extreme is good enough too, a group is opened.
 */
export async function leadersOf(snapshot: Snapshot, field: Field, ranking: Ranking): Promise<Candidate[]> {
  const { owner, owners } = field;
  const { resource, end, n } = ranking;
  const column = `${resource}_${end === 'head' ? 'max' : 'min'}`;
  const notWorse = end === 'head' ? '>=' : '<=';
  const direction = end === 'head' ? 'DESC' : 'ASC';
  const compare = orderOf(end);
  const extremes = `first_metric, last_metric, ${column} AS value, ${column}_at AS at, ${column}_next AS next`;
  const blockColumns = `${owner}_id, level, number, ${extremes}`;

  /** A place that n metrics have or are before: what is worse is none of the first n. */
  function limitOf(metrics: readonly Candidate[], groups: readonly Group[]): Candidate {
    // The next of a group is a metric too, though it is not known which one.
    const nexts = groups.flatMap(([, , , , last, , , next]): Candidate[] =>
      next === null ? [] : [[last, next]],
    );
    return [...metrics, ...nexts].sort(compare)[n - 1] ?? [LAST, end === 'head' ? -Infinity : Infinity];
  }

  /** Whether any but the first of a group can be among the first n. Those of the first one's value come after it. */
  function isOpened([, , , first, , value, at, next]: Group, limit: Candidate): boolean {
    return next !== null && compare([next === value ? at + 1 : first, next], limit) <= 0;
  }

  const inOrder = (values: Values): string => `ORDER BY value ${direction}, at LIMIT ${values.bind(n)}`;

  function readOwners(): Promise<Group[]> {
    const values = createValues();
    const first = `ORDER BY ${column} ${direction}, ${column}_at LIMIT ${values.bind(n)}`;
    const text = `SELECT ${owner}_id, 3, metric_count + removed, ${extremes}
      FROM (${owners(first, values)}) AS stat ${first}`;
    return snapshot.rows<Group>(text, values);
  }

  /** Blocks of opened groups that are one level below: of an owner, those of level 2 and what is in none of these. */
  function readBlocks(groups: readonly Group[], [, bound]: Candidate): Promise<Group[]> {
    const values = createValues();
    const each = (at: 0 | 1 | 2): string => `${values.bind(groups.map((group) => group[at]))}::bigint[]`;
    const text = `SELECT below.* FROM unnest(${each(0)}, ${each(1)}, ${each(2)}) AS opened (id, level, number)
      CROSS JOIN LATERAL (
        SELECT ${blockColumns} FROM ${owner}_block
        WHERE opened.level = 3 AND ${owner}_id = opened.id AND level = 2
        UNION ALL SELECT ${blockColumns} FROM ${owner}_block
        WHERE opened.level = 3 AND ${owner}_id = opened.id AND level = 1
          AND number >= opened.number / ${BLOCK_SIZE * BLOCK_SIZE} * ${BLOCK_SIZE}
        UNION ALL SELECT ${blockColumns} FROM ${owner}_block
        WHERE opened.level = 2 AND ${owner}_id = opened.id AND level = 1
          AND number BETWEEN opened.number * ${BLOCK_SIZE} AND opened.number * ${BLOCK_SIZE} + ${BLOCK_SIZE - 1}) below
      WHERE value ${notWorse} ${values.bind(bound)} ${inOrder(values)}`;
    return snapshot.rows<Group>(text, values);
  }

  /** The metrics of blocks of level 1 that are not worse than a limit, without the first of each. */
  function readOthers(groups: readonly Group[], [last, bound]: Candidate): Promise<Candidate[]> {
    const values = createValues();
    const each = (at: 0 | 3 | 6): string => `${values.bind(groups.map((group) => group[at]))}::bigint[]`;
    // Where none is better than the limit, those after it are worse. Equal values are common: of times that are 0.
    const lasts = values.bind(
      groups.map(([, , , , lastOfGroup, , , next]) =>
        next === bound ? Math.min(last, lastOfGroup) : lastOfGroup,
      ),
    );
    const text = `SELECT m.id, m.${resource}
      FROM unnest(${each(0)}, ${each(3)}, ${lasts}::bigint[], ${each(6)}) AS opened (id, first, last, at)
      CROSS JOIN LATERAL (
        SELECT id, ${resource} FROM metric
        WHERE ${owner}_id = opened.id AND id BETWEEN opened.first AND opened.last OFFSET 0) m
      WHERE m.${resource} ${notWorse} ${values.bind(bound)} AND m.id <> opened.at
      ORDER BY m.${resource} ${direction}, m.id LIMIT ${values.bind(n)}`;
    return snapshot.rows<Candidate>(text, values);
  }

  let best: Candidate[] = [];
  let groups = await readOwners();
  const [last, bound] = limitOf(groups.map(firstOf), groups);
  if (groups[0]?.[5] === bound && last - snapshot.removed <= SCANNED_METRICS) {
    return scanLeaders(snapshot, field, ranking, [{ low: snapshot.removed, high: last }]);
  }
  for (;;) {
    const limit = limitOf([...best, ...groups.map(firstOf)], groups);
    const opened = groups.filter((group) => isOpened(group, limit));
    const inner = opened.filter(([, level]) => level > 1);
    if (inner.length === 0) {
      const others = opened.length === 0 ? [] : await readOthers(opened, limit);
      return [...best, ...groups.map(firstOf), ...others];
    }
    const closed = groups.filter((group) => !opened.includes(group));
    const leaves = opened.filter(([, level]) => level === 1);
    best = [...best, ...closed.map(firstOf)].sort(compare).slice(0, n);
    groups = [...leaves, ...(await readBlocks(inner, limit))];
  }
}
