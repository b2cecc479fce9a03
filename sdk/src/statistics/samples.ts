import { Dictionary } from '../collections/dictionary.ts';
import type { Unit } from './comparison.ts';
import { groupBy, partition, type CodeColumn, type Grouping } from './grouping.ts';
import { buildOf, pipelineOf, translated, type SessionMap, type StatisticsColumns } from './keys.ts';
import { takeQuantile } from './quantile.ts';

/**
 * Values are ranked in billionths of their unit. The kernel counts CPU time in steps of 10 ms, but what arrives is a
 * difference of sums, such as 0.009999999999999981 and 0.010000000000000009: without rounding, noise of the arithmetic
 * would decide which of two equal times is the larger one.
 */
const STEPS = 1e9;

function rounded(values: Float64Array): Float64Array {
  return values.map((value) => Math.round(value * STEPS) / STEPS);
}

function unitColumn(columns: StatisticsColumns, sessions: SessionMap, unit: Unit): CodeColumn {
  const { codes, texts } = columns.texts('session_h');
  if (unit === 'session') return { codes, size: texts.length };
  const builds = new Dictionary();
  const byBuild = translated({ codes, texts }, (h) => {
    const session = sessions.get(h);
    const build = session && buildOf(session);
    const name = build === undefined ? [h] : [session && pipelineOf(session), build];
    return builds.codeOf(JSON.stringify(name));
  });
  return { codes: byBuild, size: builds.texts.length };
}

/** Sorted samples by their numbers. */
export type Samples = (slot: number) => Float64Array;

/**
 * Gives a function that sorts a column of numbers into samples: each row belongs to the one of its slot, or to none
 * where that is negative. Rows of one unit make up one value, their median. Numbers that were not recorded do not count.
 */
export function createSampler(
  columns: StatisticsColumns,
  sessions: SessionMap,
  unit: Unit,
  slots: Int32Array,
  count: number,
): (values: Float64Array) => Samples {
  const units: Grouping | undefined =
    unit === 'metric'
      ? undefined
      : groupBy({ codes: slots, size: count }, unitColumn(columns, sessions, unit));
  const unitSlots = units && Int32Array.from(units.firstRows, (row) => slots[row] ?? -1);

  function medians(grouping: Grouping, values: Float64Array): Float64Array {
    const parts = partition(grouping.groups, grouping.count, values);
    return Float64Array.from({ length: grouping.count }, (_, group) =>
      takeQuantile(parts.values, 0.5, parts.starts[group] ?? 0, parts.starts[group + 1] ?? 0),
    );
  }

  return (column) => {
    const { values, starts } =
      units && unitSlots
        ? partition(unitSlots, count, medians(units, column))
        : partition(slots, count, column);
    const all = rounded(values);
    return (slot) => all.subarray(starts[slot] ?? 0, starts[slot + 1] ?? 0).sort();
  };
}
