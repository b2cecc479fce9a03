import { expect } from 'vitest';
import {
  Context,
  Contexts,
  MetricColumns,
  Metrics,
  ResourceType,
  Session,
  Sessions,
} from '../../src/index.ts';
import { metricRecord, type MetricInit } from '../../src/entities/metric.ts';
import { compareBuilds } from '../../src/statistics/builds.ts';
import type {
  CompareOptions,
  ComparedData,
  Comparison,
  ComparisonResult,
} from '../../src/statistics/comparison.ts';

export const PIPELINE = 'main';

export interface World extends ComparedData {
  readonly metrics: Metrics;
  readonly sessions: Sessions;
  readonly contexts: Contexts;
  /** Adds a metric to a build, in the session `session`, which is the build's only one unless told, on machine `m1`. */
  run(build: string, init: MetricInit & { session?: string }): void;
}

/** Two machines of different classes, `m1` and `m2`, and what is run on them. */
export function createWorld(): World {
  const columns = new MetricColumns();
  const sessions = new Sessions();
  const contexts = new Contexts([
    new Context({
      h: 'm1',
      cpuVendor: 'AMD EPYC',
      cpuCount: 4,
      ramTotal: 16_000,
      cpuFreq: 2400,
      macNode: 'a',
    }),
    new Context({
      h: 'm2',
      cpuVendor: 'Xeon Gold',
      cpuCount: 8,
      ramTotal: 32_000,
      cpuFreq: 3000,
      macNode: 'b',
    }),
  ]);
  return {
    metrics: new Metrics(columns),
    sessions,
    contexts,
    run(build, { session = 'only', ...init }) {
      const sessionH = `${build}/${session}`;
      if (!sessions.has(sessionH)) {
        const tags = { pipeline_branch: PIPELINE, pipeline_build_no: build };
        sessions.add(new Session({ h: sessionH, tags }));
      }
      columns.append(metricRecord({ contextH: 'm1', variant: 't', sessionH, ...init }));
    },
  };
}

/** The time of tests alone. */
export const WALL = { resources: [ResourceType.TOTAL_TIME] };

/** Six runs that do not overlap with `SLOW`: enough to tell these two apart. */
export const FAST = [1, 1.1, 1.2, 1.3, 1.4, 1.5];
export const SLOW = [2, 2.1, 2.2, 2.3, 2.4, 2.5];

/** Compares build b with build a. */
export const compare = (world: World, options: CompareOptions = WALL): ComparisonResult =>
  compareBuilds(world, PIPELINE, 'a', 'b', options);

/** The only comparison of a result. */
export const only = ({ comparisons }: ComparisonResult): Comparison => {
  expect(comparisons).toHaveLength(1);
  return comparisons[0] as Comparison;
};

/** Which warnings a result has. */
export const kinds = ({ warnings }: ComparisonResult): string[] => warnings.map(({ kind }) => kind);

/** Two builds that ran one test so long, on one machine. */
export function worldOf(runs: Record<'a' | 'b', readonly number[]>, contextH = 'm1'): World {
  const world = createWorld();
  for (const build of ['a', 'b'] as const) {
    for (const wallTime of runs[build]) world.run(build, { wallTime, contextH });
  }
  return world;
}
