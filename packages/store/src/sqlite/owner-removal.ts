import type { Connection } from './database.ts';
import { EXTREME_COLUMNS, Extremes, NEXT_COLUMNS, NO_NEXTS, type Values } from './extremes.ts';

/** Takes the oldest metrics out of the counts, extremes and blocks of tests, or sessions. */
export interface OwnerRemoval {
  /** Removes the oldest metrics of one owner, so many, up to `last`; within a transaction. */
  remove(owner: number, count: number, last: number): void;
}

/** After every metric. */
const END = Number.MAX_SAFE_INTEGER;

type BlockRow = readonly [id: number, firstMetric: number];
type FactRow = readonly [id: number, ...Values];
type Lead = readonly [value: number, at: number];

/** How the blocks of an owner tell one of its extremes. */
function createSearch(db: Connection, name: 'test' | 'session', column: string) {
  const direction = column.endsWith('_max') ? 'DESC' : 'ASC';
  const isEqual = db
    .prepare(
      `SELECT ${column}_at FROM ${name}_block WHERE ${name}_id = ? AND ${column} = ? ORDER BY id LIMIT 1`,
    )
    .pluck();
  const best = db
    .prepare(
      `SELECT ${column}, ${column}_at FROM ${name}_block WHERE ${name}_id = ?
       ORDER BY ${column} ${direction}, ${column}_at LIMIT 1`,
    )
    .raw();

  /** The extreme of what is left, where the metric is gone that was the first to have this value. */
  return (owner: number, value: number): Lead => {
    // Equal values are common, as of times that are 0, and then the next one is near: most blocks need no look.
    const at = isEqual.get(owner, value) as number | undefined;
    return at === undefined ? (best.get(owner) as Lead) : [value, at];
  };
}

/** `name` is `test` or `session`: the tables of both have the same shape. */
export function createOwnerRemoval(db: Connection, name: 'test' | 'session'): OwnerRemoval {
  const unlink = db.prepare(`DELETE FROM ${name}_metric WHERE ${name}_id = ? AND metric_id <= ?`);
  const readFirst = db
    .prepare(`SELECT metric_id FROM ${name}_metric WHERE ${name}_id = ? ORDER BY metric_id LIMIT 1`)
    .pluck();
  const removeStat = db.prepare(`DELETE FROM ${name}_stat WHERE ${name}_id = ?`);
  const removeBlocks = db.prepare(`DELETE FROM ${name}_block WHERE ${name}_id = ?`);
  const readBlocks = db
    .prepare(`SELECT id, first_metric FROM ${name}_block WHERE ${name}_id = ? ORDER BY id LIMIT 2`)
    .raw();
  const removeBlock = db.prepare(`DELETE FROM ${name}_block WHERE id = ?`);
  const readFacts = db
    .prepare(
      `SELECT m.id, total_time, user_time, kernel_time, cpu_usage, mem_usage
       FROM ${name}_metric x JOIN metric m ON m.id = x.metric_id
       WHERE x.${name}_id = ? AND x.metric_id < ? ORDER BY x.metric_id`,
    )
    .raw();
  const updateBlock = db.prepare(
    `UPDATE ${name}_block SET first_metric = ?,
       ${[...EXTREME_COLUMNS, ...NEXT_COLUMNS].map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
  );
  const readStat = db
    .prepare(`SELECT ${EXTREME_COLUMNS.join(', ')} FROM ${name}_stat WHERE ${name}_id = ?`)
    .raw();
  const updateStat = db.prepare(
    `UPDATE ${name}_stat SET metric_count = metric_count - ?, first_metric = ?,
       ${EXTREME_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE ${name}_id = ?`,
  );
  const searches = EXTREME_COLUMNS.filter((column) => !column.endsWith('_at')).map((column) =>
    createSearch(db, name, column),
  );

  /** Leaves only blocks with metrics from `first` on. */
  function cutBlocks(owner: number, first: number): void {
    for (;;) {
      const [oldest, second] = readBlocks.all(owner) as BlockRow[];
      if (oldest === undefined) return;
      const end = second?.[1] ?? END;
      if (end <= first) {
        removeBlock.run(oldest[0]);
        continue;
      }
      if (oldest[1] < first) renewBlock(owner, oldest[0], end);
      return;
    }
  }

  /** Writes the extremes of what is left of an owner's first block, which ends before `end`. */
  function renewBlock(owner: number, block: number, end: number): void {
    let extremes: Extremes | undefined;
    let first = 0;
    for (const [id, ...values] of readFacts.iterate(owner, end) as IterableIterator<FactRow>) {
      if (extremes === undefined) {
        first = id;
        extremes = Extremes.of(values, id, NO_NEXTS);
      } else extremes.add(values, id);
    }
    updateBlock.run(first, ...(extremes?.columns ?? []), ...(extremes?.nexts ?? []), block);
  }

  function renewStat(owner: number, count: number, first: number): void {
    const columns = readStat.get(owner) as number[];
    searches.forEach((search, index) => {
      const at = index * 2;
      if ((columns[at + 1] as number) >= first) return;
      [columns[at], columns[at + 1]] = search(owner, columns[at] as number);
    });
    updateStat.run(count, first, ...columns, owner);
  }

  return {
    remove(owner, count, last) {
      unlink.run(owner, last);
      const first = readFirst.get(owner) as number | undefined;
      if (first === undefined) {
        removeStat.run(owner);
        removeBlocks.run(owner);
        return;
      }
      cutBlocks(owner, first);
      renewStat(owner, count, first);
    },
  };
}
