import type { ComparedData, MachineShare } from './comparison.ts';
import { groupBy, groupColumn, type Grouping } from './grouping.ts';
import { keyColumn, textsAt, translated, type MetricGroupKey, type StatisticsColumns } from './keys.ts';
import { classifyMachines, type MachineClass } from './machine.ts';

/** The side of a session: 0 for a, 1 for b, -1 for neither. */
export type SideOf = (sessionH: string) => number;

/** How many of something each side has. */
export type Counts = [a: number, b: number];

/** One test on one class of machines. */
export interface Cell {
  readonly test: number;
  readonly machine: MachineClass | undefined;
  /** The slot of each side's samples. */
  readonly slots: Counts;
}

/** Which metrics are compared with which. */
export interface Layout<K extends MetricGroupKey> {
  /** What each test is called, and how many metrics each side has of it. */
  readonly tests: readonly { readonly test: Readonly<Record<K, string>>; readonly counts: Counts }[];
  /** What both sides have metrics of, those of one test beside each other. */
  readonly cells: readonly Cell[];
  /** The slot of each row, -1 of one that is in no cell. */
  readonly slots: Int32Array;
  readonly slotCount: number;
  readonly machines: readonly MachineShare[];
  /** How many metrics are from machines that are not known. */
  readonly unknown: number;
  readonly metrics: Counts;
}

/** Counts the rows of each group by side; rows with a negative group or side do not count. */
function countSides(groups: Int32Array, sides: Int32Array, count: number): Counts[] {
  const counts = Array.from({ length: count }, (): Counts => [0, 0]);
  for (let row = 0; row < groups.length; row++) {
    const of = counts[groups[row] ?? -1];
    const side = sides[row];
    if (of !== undefined && (side === 0 || side === 1)) of[side]++;
  }
  return counts;
}

function slotsOf({ groups }: Grouping, sides: Int32Array): Int32Array {
  return groups.map((group, row) => (group < 0 ? -1 : 2 * group + (sides[row] ?? 0)));
}

/** The hashes of the contexts that rows of either side refer to. */
function contextsOf(columns: StatisticsColumns, sides: Int32Array): string[] {
  const { codes, texts } = columns.texts('context_h');
  const used = new Uint8Array(texts.length);
  for (let row = 0; row < codes.length; row++) if ((sides[row] ?? -1) >= 0) used[codes[row] ?? 0] = 1;
  return texts.filter((_, code) => used[code] === 1);
}

/** Sorts metrics by test, class of machines and side. */
export function layOut<K extends MetricGroupKey>(
  { metrics: { columns }, contexts }: ComparedData,
  sideOf: SideOf,
  by: readonly K[],
  { pool, ramTolerance }: { pool: boolean; ramTolerance: number },
): Layout<K> {
  const sides = translated(columns.texts('session_h'), sideOf);
  const [metrics = [0, 0]] = countSides(new Int32Array(columns.length), sides, 1);

  const { classes, classOf } = classifyMachines(contexts, contextsOf(columns, sides), ramTolerance);
  const machineOf = translated(columns.texts('context_h'), classOf);
  const shares = countSides(machineOf, sides, classes.length);
  const machines = classes.map((machine, at): MachineShare => {
    const [a, b] = shares[at] ?? [0, 0];
    return { machine, a, b };
  });

  const keys = by.map((key) => keyColumn(columns, key, undefined));
  const [first, ...others] = keys;
  if (first === undefined) throw new RangeError('tests are told apart by one key at least');
  const onSides = { codes: sides.map((side) => Math.min(side, 0)), size: 1 };
  const tests = groupBy(first, ...others, onSides);
  const testCounts = countSides(tests.groups, sides, tests.count);

  const places = pool
    ? { codes: new Int32Array(columns.length), size: 1 }
    : { codes: machineOf, size: classes.length };
  const cells = groupBy(groupColumn(tests), places);
  const cellCounts = countSides(cells.groups, sides, cells.count);

  return {
    tests: tests.firstRows.map((row, at) => ({
      test: textsAt(by, keys, row),
      counts: testCounts[at] ?? [0, 0],
    })),
    cells: cells.firstRows
      .map((row, at): Cell => ({
        test: tests.groups[row] ?? -1,
        machine: pool ? undefined : classes[machineOf[row] ?? -1],
        slots: [2 * at, 2 * at + 1],
      }))
      .filter((_, at) => cellCounts[at]?.every((count) => count > 0))
      .sort((one, other) => one.test - other.test),
    slots: slotsOf(cells, sides),
    slotCount: 2 * cells.count,
    machines,
    unknown: machines.reduce((rest, { a, b }) => rest - a - b, metrics[0] + metrics[1]),
    metrics,
  };
}
