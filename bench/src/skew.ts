import { between, createDraw, createRandom, gauss, hex, pick, zipf, type Random } from './random.ts';
import type { Component, Context, Pipeline, Test, World } from './world.ts';

export interface Session {
  session_h: string;
  run_date: string;
  scm_ref: string;
  description: Record<string, string>;
}

export interface Metric {
  session_h: string;
  context_h: string;
  item_start_time: string;
  item_path: string;
  item: string;
  item_variant: string;
  item_fs_loc: string;
  kind: string;
  component: string;
  total_time: number;
  user_time: number;
  kernel_time: number;
  cpu_usage: number;
  mem_usage: number;
}

export type Line =
  | { type: 'context'; body: Context }
  | { type: 'session'; body: Session }
  | { type: 'metric'; body: Metric };

export interface Span {
  seed: number;
  metrics: number;
  year: number;
  /** Whether it begins in the time when the ended component still ran. */
  withPast: boolean;
}

/** What a database is seeded with: a million metrics are about a hundred days. */
export const history = (metrics: number): Span => ({ seed: 7, metrics, year: 2025, withPast: true });

interface Run extends Session {
  pipeline: Pipeline | undefined;
  context: Context;
}

// Micro-seconds and no zone, as pytest-monitor writes its times.
const time = (random: Random, milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, -1) +
  Math.floor(random() * 1000)
    .toString()
    .padStart(3, '0');

/** CPU time the way a kernel counting in 10 ms steps reports it: mostly exactly 0. */
const ticks = (random: Random, seconds: number): number => Math.floor(seconds / 0.01 + random()) * 0.01;

const createMetric = (random: Random, run: Run, test: Test, clock: number): Metric => {
  const load = run.pipeline?.load ?? 1;
  const total_time = test.duration * test.component.pace * load * Math.exp(0.3 * gauss(random));
  const user_time = ticks(random, total_time * 0.5);
  const kernel_time = ticks(random, total_time * 0.3);
  const megabytes = test.component.memory * test.weight * load * Math.exp(0.2 * gauss(random));
  // Memory is counted in pages of 4 KiB, and a collection during the test makes it negative.
  const mem_usage = Math.round((random() < 0.03 ? -0.05 : 1) * megabytes * 256) / 256;
  return {
    session_h: run.session_h,
    context_h: run.context.h,
    item_start_time: time(random, clock),
    item_path: test.item_path,
    item: test.item,
    item_variant: test.item_variant,
    item_fs_loc: test.item_fs_loc,
    kind: test.kind,
    component: test.component.name,
    total_time,
    user_time,
    kernel_time,
    cpu_usage: (user_time + kernel_time) / total_time,
    mem_usage,
  };
};

/** Sessions in the order they ran: builds of one to four sessions, each 300 to 1,000 metrics long. */
function* runs(world: World, random: Random, year: number): Generator<Run & { length: number }> {
  const pipelineDraw = createDraw(random, zipf(world.pipelines.length, 1));
  const builds = new Map<Pipeline, number>();
  for (let clock = Date.UTC(year, 0, 1); ; clock += between(random, 600_000, 25_000_000)) {
    // One run in seven is somebody's own machine.
    const pipeline = random() < 6 / 7 ? world.pipelines[pipelineDraw()] : undefined;
    const build = pipeline ? (builds.get(pipeline) ?? between(random, 1, 4000)) + 1 : 0;
    if (pipeline) builds.set(pipeline, build);
    const scm_ref = hex(random, 40);
    const workers = pipeline ? between(random, 1, 4) : 1;
    for (let worker = 0; worker < workers; worker++) {
      yield {
        session_h: hex(random, 32),
        run_date: time(random, clock + worker * 37),
        scm_ref,
        description: {
          ...(pipeline && {
            pipeline_branch: pipeline.name,
            pipeline_build_no: String(build),
            __ci__: pipeline.ci,
          }),
          ...(random() < 0.5 && { numpy: pick(random, ['1.26.4', '2.1.0', '2.2.1']) }),
          ...(random() < 0.05 && { note: `try ${between(random, 1, 999)}` }),
        },
        pipeline,
        context: pick(random, world.contexts),
        length: between(random, 300, 1000),
      };
    }
  }
}

/**
 * Traffic skewed like the world's: tests by Zipf's law, resources that depend on component and pipeline,
 * four in five CPU times exactly zero. Contexts come first, every session right before its metrics.
 * The same for the same world and span.
 */
export function* traffic(world: World, { seed, metrics, year, withPast }: Span): Generator<Line> {
  const random = createRandom(seed);
  const testDraw = createDraw(random, zipf(world.tests.length, 1));
  const runsHere = (component: Component, run: Run, isPast: boolean): boolean =>
    component === world.ended ? isPast : (run.pipeline?.components.has(component) ?? true);
  const draw = (run: Run, isPast: boolean): Test => {
    if (random() < 1 / 20_000) return pick(random, world.rareTests);
    for (;;) {
      const test = world.tests[testDraw()] as Test;
      if (runsHere(test.component, run, isPast)) return test;
    }
  };

  for (const context of world.contexts) yield { type: 'context', body: context };
  let done = 0;
  for (const run of runs(world, random, year)) {
    const { session_h, run_date, scm_ref, description } = run;
    yield { type: 'session', body: { session_h, run_date, scm_ref, description } };
    const isPast = withPast && done < metrics / 20;
    let clock = Date.parse(`${run_date}Z`);
    for (let left = run.length; left > 0; left--) {
      if (done === metrics) return;
      done++;
      const metric = createMetric(random, run, draw(run, isPast), clock);
      clock += metric.total_time * 1000 + 2;
      yield { type: 'metric', body: metric };
    }
  }
}
