import type { Context } from '../entities/context.ts';
import type { ResourceType } from '../enums.ts';
import type { BootstrapOptions, Interval } from './bootstrap.ts';
import type { Correction } from './correction.ts';
import type { MetricGroupKey, SessionMap, StatisticsColumns } from './keys.ts';
import type { MachineClass } from './machine.ts';
import type { UTest } from './mann-whitney.ts';

/** What makes a test the same test in two builds: all of this together. */
export const TEST_KEYS = ['variant', 'item', 'item_path', 'component', 'kind'] as const;

export type TestKey = (typeof TEST_KEYS)[number];

/** Metrics with what they refer to; more sessions and contexts than that do no harm. */
export interface ComparedData {
  readonly metrics: { readonly columns: StatisticsColumns };
  readonly sessions: SessionMap;
  readonly contexts: ReadonlyMap<string, Context>;
}

/**
 * What counts as one run of a test: a metric; or all of its metrics in one session, or in one build, of which the
 * median is taken. Runs have to be independent of each other, which those of one session often are not.
 */
export type Unit = 'metric' | 'session' | 'build';

export interface CompareOptions<K extends MetricGroupKey = TestKey> extends BootstrapOptions {
  /** The resources to compare; all five unless told. */
  resources?: readonly ResourceType[] | undefined;
  /** What makes a test the same test on both sides; `TEST_KEYS` unless told. */
  by?: readonly K[] | undefined;
  /** What counts as one run; `metric` unless told. */
  unit?: Unit | undefined;
  /** Up to which corrected p-value a difference counts as found; 0.05 unless told. */
  alpha?: number | undefined;
  /** How p-values are corrected for the number of comparisons; `benjamini-hochberg` unless told. */
  correction?: Correction | undefined;
  /** Whether machines of all classes are thrown together, with a warning. */
  pool?: boolean | undefined;
  /** By which share memories may differ within a class of machines; 0.01 unless told. */
  ramTolerance?: number | undefined;
}

/**
 * `slower` and `faster` are said of times, `more` and `less` of CPU and memory, always of the second side. `no
 * difference found` does not mean that there is none. `too few runs` are those with which no outcome at all could
 * have been told from chance.
 */
export type Verdict = 'slower' | 'faster' | 'more' | 'less' | 'no difference found' | 'too few runs';

/** The runs of one side. */
export interface ComparedSample {
  readonly n: number;
  readonly median: number;
}

/** One test, one resource, one class of machines, on both sides. Numbers that cannot be told are NaN. */
export interface Comparison<K extends MetricGroupKey = TestKey> extends UTest {
  readonly test: Readonly<Record<K, string>>;
  /** What the test ran on; undefined where all machines are pooled. */
  readonly machine: MachineClass | undefined;
  readonly resource: ResourceType;
  readonly a: ComparedSample;
  readonly b: ComparedSample;
  /** The median of b minus that of a, in the unit of the resource. */
  readonly difference: number;
  readonly differenceInterval: Interval;
  /** The median of b divided by that of a; NaN unless that of a is positive and that of b not negative. */
  readonly ratio: number;
  readonly ratioInterval: Interval;
  /** In which share of all pairs of runs the one of b has the larger value; equal ones count half. */
  readonly larger: number;
  /** p corrected for the number of comparisons; NaN where there are too few runs, which are not among them. */
  readonly pCorrected: number;
  readonly verdict: Verdict;
}

/** How many metrics of each side a class of machines has. */
export interface MachineShare {
  readonly machine: MachineClass;
  readonly a: number;
  readonly b: number;
}

/** A test that could not be compared: one side has no metrics of it, or none on machines that the other has, too. */
export interface UncomparedTest<K extends MetricGroupKey = TestKey> {
  readonly test: Readonly<Record<K, string>>;
  /** How many metrics each side has of it, on whatever machine. */
  readonly a: number;
  readonly b: number;
}

export interface ComparisonWarning {
  /**
   * `pooled-machines`: machines of several classes, or unknown ones, are thrown together. `one-sided-machine`: only one
   * side has metrics from a class, which are left out. `no-common-machine`: no class has both. `unknown-machine`: metrics
   * are left out because their context is not given. `unknown-model`: a class has no CPU model on record.
   */
  readonly kind:
    | 'pooled-machines'
    | 'one-sided-machine'
    | 'no-common-machine'
    | 'unknown-machine'
    | 'unknown-model';
  /** The same for people, in one sentence. */
  readonly message: string;
}

/** Everything about one side. */
export interface ComparedSide {
  readonly name: string;
  readonly sessions: number;
  readonly metrics: number;
}

export interface ComparisonResult<K extends MetricGroupKey = TestKey> {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Those of one test beside each other, tests in the order in which they first occur. */
  readonly comparisons: readonly Comparison<K>[];
  readonly uncompared: readonly UncomparedTest<K>[];
  /** All classes of machines that either side has. */
  readonly machines: readonly MachineShare[];
  /** What has to be known before the comparisons are believed. */
  readonly warnings: readonly ComparisonWarning[];
}
