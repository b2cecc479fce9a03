import { ResourceType } from '../enums.ts';
import { createMedianBootstrap, UNKNOWN, type MedianIntervals } from './bootstrap.ts';
import {
  TEST_KEYS,
  type CompareOptions,
  type ComparedData,
  type Comparison,
  type ComparisonResult,
  type TestKey,
  type Verdict,
} from './comparison.ts';
import { corrected } from './correction.ts';
import { RESOURCE_COLUMNS, RESOURCES, type MetricGroupKey } from './keys.ts';
import { layOut, type Cell, type Layout } from './layout.ts';
import { smallestP, sortedMannWhitneyU } from './mann-whitney.ts';
import { sortedQuantile } from './quantile.ts';
import { createSampler } from './samples.ts';
import { machineWarnings } from './warnings.ts';

/** Sessions that are compared with others. */
export interface SessionSide {
  /** What the side is called in warnings. */
  readonly name: string;
  /** The hashes of its sessions. */
  readonly sessions: ReadonlySet<string>;
}

type Undecided<K extends MetricGroupKey> = Omit<Comparison<K>, 'pCorrected' | 'verdict'> & {
  decidable: boolean;
};

const INCREASE: Readonly<Record<ResourceType, readonly [increase: Verdict, decrease: Verdict]>> = {
  [ResourceType.TOTAL_TIME]: ['slower', 'faster'],
  [ResourceType.USER_TIME]: ['slower', 'faster'],
  [ResourceType.KERNEL_TIME]: ['slower', 'faster'],
  [ResourceType.CPU]: ['more', 'less'],
  [ResourceType.MEMORY]: ['more', 'less'],
};

function checkShare(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must be between 0 and 1, not ${value}`);
}

function compareSamples(
  a: Float64Array,
  b: Float64Array,
  decidable: boolean,
  intervals: (a: Float64Array, b: Float64Array) => MedianIntervals,
): Omit<Undecided<never>, 'test' | 'machine' | 'resource'> {
  const before = sortedQuantile(a, 0.5);
  const after = sortedQuantile(b, 0.5);
  const test = sortedMannWhitneyU(b, a);
  const { difference, ratio } = decidable ? intervals(a, b) : { difference: UNKNOWN, ratio: UNKNOWN };
  return {
    a: { n: a.length, median: before },
    b: { n: b.length, median: after },
    difference: after - before,
    differenceInterval: difference,
    ratio: before > 0 && after >= 0 ? after / before : Number.NaN,
    ratioInterval: ratio,
    larger: test.u / (a.length * b.length),
    ...test,
    decidable,
  };
}

function verdictOf(resource: ResourceType, larger: number, p: number, alpha: number): Verdict {
  if (Number.isNaN(p)) return 'too few runs';
  if (p > alpha) return 'no difference found';
  return INCREASE[resource][larger > 0.5 ? 0 : 1];
}

/** Corrects the p-values of those comparisons in which something can be found at all, and decides. */
function decide<K extends MetricGroupKey>(
  undecided: readonly Undecided<K>[],
  alpha: number,
  correction: NonNullable<CompareOptions['correction']>,
): Comparison<K>[] {
  const family = undecided.filter(({ decidable }) => decidable);
  const ps = corrected(
    Float64Array.from(family, ({ p }) => p),
    correction,
  ).values();
  return undecided.map(({ decidable, ...comparison }) => {
    const pCorrected = decidable ? (ps.next().value ?? Number.NaN) : Number.NaN;
    return {
      ...comparison,
      pCorrected,
      verdict: verdictOf(comparison.resource, comparison.larger, pCorrected, alpha),
    };
  });
}

function compareCells<K extends MetricGroupKey>(
  { metrics: { columns }, sessions }: ComparedData,
  { cells, tests, slots, slotCount }: Layout<K>,
  { resources = RESOURCES, unit = 'metric', alpha = 0.05, ...options }: CompareOptions<K>,
): Comparison<K>[] {
  const sample = createSampler(columns, sessions, unit, slots, slotCount);
  const intervals = createMedianBootstrap(options);
  const samples = resources.map((resource) => sample(columns.numbers(RESOURCE_COLUMNS[resource])));

  function compareCell({ test, machine, slots: [a, b] }: Cell): Undecided<K>[] {
    return resources.flatMap((resource, at): Undecided<K>[] => {
      const slot = samples[at];
      const named = tests[test];
      if (slot === undefined || named === undefined) return [];
      const [first, second] = [slot(a), slot(b)];
      const decidable = smallestP(first.length, second.length) <= alpha;
      return [
        { test: named.test, machine, resource, ...compareSamples(first, second, decidable, intervals) },
      ];
    });
  }

  return decide(cells.flatMap(compareCell), alpha, options.correction ?? 'benjamini-hochberg');
}

/**
 * Compares what tests took in some sessions with what they took in others. See `compareBuilds`, which chooses the
 * sessions by their builds. Throws a RangeError where a session is on both sides.
 */
export function compareSessions<const K extends MetricGroupKey = TestKey>(
  data: ComparedData,
  a: SessionSide,
  b: SessionSide,
  options: CompareOptions<K> = {},
): ComparisonResult<K> {
  const {
    pool = false,
    ramTolerance = 0.01,
    by = TEST_KEYS as readonly MetricGroupKey[] as readonly K[],
  } = options;
  checkShare('alpha', options.alpha ?? 0.05);
  checkShare('confidence', options.confidence ?? 0.95);
  if (options.resamples !== undefined && !(options.resamples >= 1)) {
    throw new RangeError(`resamples must be 1 at least, not ${options.resamples}`);
  }
  const shared = a.sessions.intersection(b.sessions).values().next().value;
  if (shared !== undefined) throw new RangeError(`${a.name} and ${b.name} both have the session ${shared}`);

  const sideOf = (h: string): number => (a.sessions.has(h) ? 0 : b.sessions.has(h) ? 1 : -1);
  const layout = layOut(data, sideOf, by, { pool, ramTolerance });
  const compared = new Set(layout.cells.map(({ test }) => test));
  const { machines, unknown, metrics } = layout;
  return {
    a: { name: a.name, sessions: a.sessions.size, metrics: metrics[0] },
    b: { name: b.name, sessions: b.sessions.size, metrics: metrics[1] },
    comparisons: compareCells(data, layout, options),
    uncompared: layout.tests
      .filter((_, at) => !compared.has(at))
      .map(({ test, counts: [a, b] }) => ({ test, a, b })),
    machines,
    warnings: machineWarnings({ names: [a.name, b.name], machines, unknown, pool }),
  };
}
