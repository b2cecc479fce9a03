import type { Connection } from './database.ts';
import { EXTREME_COLUMNS, Extremes, NEXT_COLUMNS, NO_NEXTS, type Values } from './extremes.ts';

/** A metric that is removed. */
export interface RemovedFact {
  readonly id: number;
  readonly values: Values;
}

/** What an owner has left. */
export interface Remainder {
  readonly owner: number;
  /** How many metrics it lost. */
  readonly removed: number;
  /** Of all that it has left; `undefined` where it has none, or where its newest block lost some too. */
  readonly extremes: number[] | undefined;
}

/** Takes the oldest metrics out of the counts, extremes and blocks of tests, or sessions. */
export interface OwnerRemoval {
  /** Removes the oldest metrics of one owner, in their order, up to `last`; within a transaction. */
  remove(owner: number, facts: readonly RemovedFact[], last: number): Remainder;
}

/** After every metric. */
const END = Number.MAX_SAFE_INTEGER;

/** The extremes of a stat or a block: for each its value, the first metric that has it, and in blocks the next. */
interface Columns {
  extremes: number[];
  nexts: (number | null)[];
}

type BlockRow = readonly [id: number, firstMetric: number];
type FactRow = readonly [id: number, ...Values];
type Lead = readonly [value: number, at: number];

/** One end of one resource, in the order of the columns. */
interface End {
  /** Which of the values of a metric. */
  readonly resource: number;
  /** Where its value and its first metric stand in a row of extremes. */
  readonly at: number;
  /** The first metric that has a value, as far as the blocks of an owner tell; else the extreme that they tell. */
  find(owner: number, value: number): Lead;
}

function createEnd(db: Connection, name: 'test' | 'session', column: string, index: number): End {
  const equal = db
    .prepare(
      `SELECT ${column}_at FROM ${name}_block WHERE ${name}_id = ? AND ${column} = ? ORDER BY id LIMIT 1`,
    )
    .pluck();
  const best = db
    .prepare(
      `SELECT ${column}, ${column}_at FROM ${name}_block WHERE ${name}_id = ?
       ORDER BY ${column} ${column.endsWith('_max') ? 'DESC' : 'ASC'}, ${column}_at LIMIT 1`,
    )
    .raw();
  return {
    resource: Math.floor(index / 2),
    at: index * 2,
    find(owner, value) {
      const found = equal.get(owner, value) as number | undefined;
      return found === undefined ? (best.get(owner) as Lead) : [value, found];
    },
  };
}

const columnsOf = (row: readonly (number | null)[]): Columns => ({
  extremes: row.slice(0, EXTREME_COLUMNS.length) as number[],
  nexts: row.slice(EXTREME_COLUMNS.length),
});

/** The extremes of metrics, in their order. */
function recounted(facts: readonly FactRow[]): Columns {
  let extremes: Extremes | undefined;
  for (const [id, ...values] of facts) {
    if (extremes === undefined) extremes = Extremes.of(values, id, NO_NEXTS);
    else extremes.add(values, id);
  }
  return { extremes: extremes?.columns ?? [], nexts: extremes?.nexts ?? [] };
}

const sets = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(', ');

/** `name` is `test` or `session`: the tables of both have the same shape. */
export function createOwnerRemoval(db: Connection, name: 'test' | 'session'): OwnerRemoval {
  const blockColumns = [...EXTREME_COLUMNS, ...NEXT_COLUMNS];
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
  const readBlock = db.prepare(`SELECT ${blockColumns.join(', ')} FROM ${name}_block WHERE id = ?`).raw();
  const updateBlock = db.prepare(
    `UPDATE ${name}_block SET first_metric = ?, ${sets(blockColumns)} WHERE id = ?`,
  );
  const readFacts = db
    .prepare(
      `SELECT m.id, total_time, user_time, kernel_time, cpu_usage, mem_usage
       FROM ${name}_metric x JOIN metric m ON m.id = x.metric_id
       WHERE x.${name}_id = ? AND x.metric_id < ? ORDER BY x.metric_id`,
    )
    .raw();
  const readStat = db
    .prepare(`SELECT ${EXTREME_COLUMNS.join(', ')} FROM ${name}_stat WHERE ${name}_id = ?`)
    .raw();
  const updateStat = db.prepare(
    `UPDATE ${name}_stat SET metric_count = metric_count - ?, first_metric = ?, ${sets(EXTREME_COLUMNS)}
     WHERE ${name}_id = ?`,
  );
  const ends = EXTREME_COLUMNS.filter((column) => !column.endsWith('_at')).map((column, at) =>
    createEnd(db, name, column, at),
  );

  /** Removes the blocks of metrics before `first`; gives the block that has that one, and where it ends. */
  function firstBlock(owner: number, first: number): { id: number; start: number; end: number } {
    for (;;) {
      const [oldest, second] = readBlocks.all(owner) as [BlockRow, BlockRow?];
      const end = second?.[1] ?? END;
      if (end > first) return { id: oldest[0], start: oldest[1], end };
      removeBlock.run(oldest[0]);
    }
  }

  /** Corrects what a block says that has lost its oldest metrics, and ends before `end`. */
  function cut(
    owner: number,
    end: number,
    block: Columns,
    facts: readonly RemovedFact[],
    first: number,
  ): Columns {
    const { extremes, nexts } = block;
    let lost: End[] = [];
    ends.forEach((each, index) => {
      const isLost = (extremes[each.at + 1] as number) < first;
      if (isLost) lost.push(each);
      if (isLost || facts.some(({ values }) => values[each.resource] === nexts[index])) nexts[index] = null;
    });
    if (lost.length === 0) return block;
    // Equal values are common, as of times that are 0, and then the next one is near: the others need no look.
    const seen: FactRow[] = [];
    for (const row of readFacts.iterate(owner, end) as IterableIterator<FactRow>) {
      seen.push(row);
      lost = lost.filter(({ resource, at }) => {
        if (row[resource + 1] !== extremes[at]) return true;
        extremes[at + 1] = row[0];
        return false;
      });
      if (lost.length === 0) return block;
    }
    return recounted(seen);
  }

  /** Leaves only what is left of an owner's first block; gives its extremes, and whether it is the newest too. */
  function renewBlock(
    owner: number,
    facts: readonly RemovedFact[],
    first: number,
  ): { extremes: number[]; isNewest: boolean } {
    const { id, start, end } = firstBlock(owner, first);
    const isNewest = end === END;
    const before = columnsOf(readBlock.get(id) as (number | null)[]);
    if (start === first) return { extremes: before.extremes, isNewest };
    const { extremes, nexts } = cut(owner, end, before, facts, first);
    updateBlock.run(first, ...extremes, ...nexts, id);
    return { extremes, isNewest };
  }

  function renewStat(owner: number, count: number, first: number, block: readonly number[]): number[] {
    const columns = readStat.get(owner) as number[];
    for (const { at, find } of ends) {
      const value = columns[at] as number;
      if ((columns[at + 1] as number) >= first) continue;
      const lead = block[at] === value ? block.slice(at, at + 2) : find(owner, value);
      [columns[at], columns[at + 1]] = lead as Lead;
    }
    updateStat.run(count, first, ...columns, owner);
    return columns;
  }

  return {
    remove(owner, facts, last) {
      unlink.run(owner, last);
      const first = readFirst.get(owner) as number | undefined;
      if (first === undefined) {
        removeStat.run(owner);
        removeBlocks.run(owner);
        return { owner, removed: facts.length, extremes: undefined };
      }
      const block = renewBlock(owner, facts, first);
      const extremes = renewStat(owner, facts.length, first, block.extremes);
      return { owner, removed: facts.length, extremes: block.isNewest ? undefined : extremes };
    },
  };
}
