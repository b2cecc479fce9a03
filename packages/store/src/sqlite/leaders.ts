import type { Resource } from '@monitor-server/contract';
import { extremeColumn } from './extremes.ts';
import type { Parameters, Snapshot } from './snapshot.ts';

/** A metric that a ranking may have. */
export type Candidate = readonly [id: number, value: number];

/** What a ranking is made of: owners of extremes, and the same as a condition on `metric m`. */
export interface Field {
  owner: 'test' | 'session';
  owners: string;
  condition: string;
  parameters: Parameters;
}

/** What is kept of a block: its first metric, the one that ranks before the others, and the value of the next. */
type Block = readonly [
  owner: number,
  firstMetric: number,
  value: number,
  at: number,
  next: number | null,
  id: number,
];

/** After every metric. */
const LAST = Number.MAX_SAFE_INTEGER;

/** The order of a ranking: by value, then by storing. */
export function orderOf(end: 'head' | 'tail') {
  const sign = end === 'head' ? -1 : 1;
  return (a: Candidate, b: Candidate): number => sign * (a[1] - b[1]) || a[0] - b[0];
}

function leaderOf([, , value, at]: Block): Candidate {
  return [at, value];
}

/** The best that the others of a block can be. Those that equal its leader come after it. */
function othersOf([, firstMetric, value, at, next]: Block): Candidate {
  return next === null || next === value ? [at + 1, value] : [firstMetric, next];
}

/**
 * The n first metrics of a field up to the fold. They lie in the n owners whose extremes come first, and there in
 * the n blocks whose extremes do, because every owner and every block has a metric that is its extreme. Few of these
 * blocks have more than that one: the others are read only where the next extreme may be among the first n too.
 */
export function leadersOf(
  snapshot: Snapshot,
  { owner, owners, parameters }: Field,
  resource: Resource,
  end: 'head' | 'tail',
  n: number,
): Candidate[] {
  const column = extremeColumn(resource, end);
  const [direction, notWorse, worst] = end === 'head' ? ['DESC', '>=', -Infinity] : ['ASC', '<=', Infinity];
  const inOrder = `ORDER BY ${column} ${direction}, ${column}_at LIMIT @n`;
  const compare = orderOf(end);

  function readBlocks(): Block[] {
    const first = snapshot.arrays<[owner: number, value: number]>(
      `SELECT ${owner}_id, ${column} FROM ${owners} ${inOrder}`,
      { ...parameters, n },
    );
    return snapshot.arrays<Block>(
      `SELECT ${owner}_id, first_metric, ${column}, ${column}_at, ${column}_next, id FROM ${owner}_block
       WHERE ${owner}_id IN (SELECT value FROM json_each(@ids)) AND ${column} ${notWorse} @bound ${inOrder}`,
      { ids: JSON.stringify(first.map(([id]) => id)), bound: first[n - 1]?.[1] ?? worst, n },
    );
  }

  /** The metrics of a block that are not worse than a limit, without its leader. */
  function readOthers([id, start, , at, next, block]: Block, [last, bound]: Candidate): Candidate[] {
    // One that retention has cut has fewer than others; those after it are in another block.
    const end = snapshot.value<number>(
      `SELECT first_metric FROM ${owner}_block WHERE ${owner}_id = @id AND id > @block ORDER BY id LIMIT 1`,
      { id, block },
    );
    return snapshot.arrays<Candidate>(
      `SELECT m.id, m.${resource} FROM metric m WHERE m.${resource} ${notWorse} @bound AND m.id <> @at AND m.id IN (
         SELECT metric_id FROM ${owner}_metric WHERE ${owner}_id = @id AND metric_id BETWEEN @start AND @last)`,
      // Where none is better than the limit, those after it are worse; equal values are common, as of times that are 0.
      { id, start, at, bound, last: Math.min(next === bound ? last : LAST, (end ?? LAST) - 1) },
    );
  }

  const blocks = readBlocks();
  let best = blocks.map(leaderOf);
  // The next of a block is a metric too, though it is not known which, so n metrics are not worse than this.
  const nexts = blocks.flatMap(([, , , , next]): Candidate[] => (next === null ? [] : [[LAST, next]]));
  let limit = [...best, ...nexts].sort(compare)[n - 1] ?? ([LAST, worst] as const);
  for (const block of blocks.toSorted((a, b) => compare(othersOf(a), othersOf(b)))) {
    if (compare(limit, othersOf(block)) < 0) break;
    best = [...best, ...readOthers(block, limit)].sort(compare).slice(0, n);
    const last = best[n - 1];
    if (last !== undefined && compare(last, limit) < 0) limit = last;
  }
  return best;
}
