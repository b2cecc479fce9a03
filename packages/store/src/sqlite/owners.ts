import type { Statement } from 'better-sqlite3';
import type { Connection } from './database.ts';
import { EXTREME_COLUMNS, Extremes, NEXT_COLUMNS, NO_NEXTS, type Values } from './extremes.ts';
import type { Remainder } from './owner-removal.ts';

/**
 * How many metrics of one test or session share a set of extremes. Smaller blocks make rankings read fewer
 * rows, larger ones make the writer update fewer: at 64 a ranking of 50 reads at most 3,200 rows.
 */
export const BLOCK_SIZE = 64;

interface Block {
  id: number;
  count: number;
  extremes: Extremes;
}

/** What the writer knows of one test or session: its counts, its extremes and those of its newest block. */
interface Owner {
  readonly id: number;
  count: number;
  first: number;
  last: number;
  extremes: Extremes | undefined;
  block: Block | undefined;
}

/** The counts and extremes of all tests, or of all sessions. */
export interface Owners {
  add(id: number, metric: number, values: Values): void;
  /** Writes what changed since the last flush. */
  flush(): void;
  /** Takes over what is left of some owners that lost their oldest metrics, after a flush. */
  follow(remainders: readonly Remainder[]): void;
  /** Forgets everything: what was not flushed, and what is remembered of the database. */
  reset(): void;
}

/** How many owners are remembered between folds. */
const CACHE_LIMIT = 50_000;

type Row = Record<string, number | null>;

/** Columns as they stand in an INSERT and in an UPDATE. */
function listed(columns: readonly string[]) {
  return {
    names: columns.join(', '),
    marks: columns.map(() => '?').join(', '),
    sets: columns.map((column) => `${column} = ?`).join(', '),
  };
}

function valuesOf(row: Row, columns: readonly string[]): number[] {
  return columns.map((column) => row[column] ?? Number.NaN);
}

/** `name` is `test` or `session`: the tables of both have the same shape. */
export function createOwners(db: Connection, name: 'test' | 'session'): Owners {
  const statColumns = listed(EXTREME_COLUMNS);
  const blockColumns = listed([...EXTREME_COLUMNS, ...NEXT_COLUMNS]);
  const readStat = db.prepare(`SELECT * FROM ${name}_stat WHERE ${name}_id = ?`);
  const readBlock = db.prepare(`SELECT * FROM ${name}_block WHERE ${name}_id = ? ORDER BY id DESC LIMIT 1`);
  const countBlock = db
    .prepare(`SELECT count(*) FROM ${name}_metric WHERE ${name}_id = ? AND metric_id >= ?`)
    .pluck();
  const insertStat = db.prepare(
    `INSERT INTO ${name}_stat (${name}_id, metric_count, first_metric, last_metric, ${statColumns.names}) VALUES (?, ?, ?, ?, ${statColumns.marks})`,
  );
  const updateStat = db.prepare(
    `UPDATE ${name}_stat SET metric_count = ?, last_metric = ?, ${statColumns.sets} WHERE ${name}_id = ?`,
  );
  const updateCount = db.prepare(
    `UPDATE ${name}_stat SET metric_count = ?, last_metric = ? WHERE ${name}_id = ?`,
  );
  const insertBlock = db.prepare(
    `INSERT INTO ${name}_block (${name}_id, first_metric, ${blockColumns.names}) VALUES (?, ?, ${blockColumns.marks})`,
  );
  const updateBlock = db.prepare(`UPDATE ${name}_block SET ${blockColumns.sets} WHERE id = ?`);

  const known = new Map<number, Owner>();
  const counted = new Map<Owner, Statement>();
  const changedBlocks = new Set<Block>();

  function loadBlock(id: number): Block | undefined {
    const row = readBlock.get(id) as Row | undefined;
    if (row === undefined) return undefined;
    const first = row['first_metric'] as number;
    return {
      id: row['id'] as number,
      count: countBlock.get(id, first) as number,
      extremes: new Extremes(valuesOf(row, EXTREME_COLUMNS), valuesOf(row, NEXT_COLUMNS)),
    };
  }

  function load(id: number): Owner {
    const row = readStat.get(id) as Row | undefined;
    if (row === undefined) return { id, count: 0, first: 0, last: 0, extremes: undefined, block: undefined };
    return {
      id,
      count: row['metric_count'] as number,
      first: row['first_metric'] as number,
      last: row['last_metric'] as number,
      extremes: new Extremes(valuesOf(row, EXTREME_COLUMNS)),
      block: loadBlock(id),
    };
  }

  function ownerOf(id: number): Owner {
    const found = known.get(id) ?? load(id);
    known.set(id, found);
    return found;
  }

  return {
    add(id, metric, values) {
      const owner = ownerOf(id);
      if (owner.extremes === undefined) {
        owner.first = metric;
        owner.extremes = Extremes.of(values, metric);
        counted.set(owner, insertStat);
      } else if (owner.extremes.add(values, metric)) {
        if (counted.get(owner) !== insertStat) counted.set(owner, updateStat);
      } else if (!counted.has(owner)) {
        counted.set(owner, updateCount);
      }
      owner.count++;
      owner.last = metric;

      const { block } = owner;
      if (block === undefined || block.count >= BLOCK_SIZE) {
        const extremes = Extremes.of(values, metric, NO_NEXTS);
        const { lastInsertRowid } = insertBlock.run(owner.id, metric, ...extremes.columns, ...NO_NEXTS);
        owner.block = { id: Number(lastInsertRowid), count: 1, extremes };
        return;
      }
      block.count++;
      if (block.extremes.add(values, metric)) changedBlocks.add(block);
    },

    flush() {
      for (const [owner, statement] of counted) {
        const extremes = owner.extremes?.columns ?? [];
        if (statement === insertStat)
          statement.run(owner.id, owner.count, owner.first, owner.last, ...extremes);
        else if (statement === updateStat) statement.run(owner.count, owner.last, ...extremes, owner.id);
        else statement.run(owner.count, owner.last, owner.id);
      }
      counted.clear();
      for (const { id, extremes } of changedBlocks) {
        updateBlock.run(...extremes.columns, ...(extremes.nexts ?? []), id);
      }
      changedBlocks.clear();
      if (known.size > CACHE_LIMIT) known.clear();
    },

    follow(remainders) {
      for (const { owner: id, removed, extremes } of remainders) {
        const owner = known.get(id);
        if (owner === undefined) continue;
        if (extremes === undefined) known.delete(id);
        else {
          // Not forgotten: those that lose most are seen most, and reading them again takes long.
          owner.count -= removed;
          owner.extremes = new Extremes(extremes);
        }
      }
    },

    reset() {
      known.clear();
      counted.clear();
      changedBlocks.clear();
    },
  };
}
