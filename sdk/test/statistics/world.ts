import { Context, Contexts, MetricColumns, Metrics, Session, Sessions } from '../../src/index.ts';
import { metricRecord, type MetricInit } from '../../src/entities/metric.ts';
import type { ComparedData } from '../../src/statistics/comparison.ts';

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
