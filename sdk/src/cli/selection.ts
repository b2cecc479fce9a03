import type { Command } from 'commander';
import { PIPELINE_TAG } from '@monitor-server/contract/values';
import type { Sessions } from '../collections/sessions.ts';
import type { Metric } from '../entities/metric.ts';
import type { Monitor } from '../monitor.ts';
import type { MetricQuery, ReadOptions } from '../reading/options.ts';
import { UsageError } from './failures.ts';

/** Times between which metrics or sessions lie. */
export interface RangeFlags {
  since?: string;
  until?: string;
}

/** Which metrics a command is about. */
export interface MetricFlags extends RangeFlags {
  component?: string;
  item?: string;
  variant?: string;
  kind?: string;
  scm?: string;
  session?: string;
  pipeline?: string;
  build?: string;
}

export function addRange(command: Command): Command {
  return command
    .option('--since <time>', 'nothing before this, such as 2025-03-01 or 2025-03-01T12:00:00+01:00')
    .option('--until <time>', 'nothing at this time or after it');
}

export function addBuild(command: Command): Command {
  return command
    .option('-p, --pipeline <name>', 'only sessions of this pipeline')
    .option('-b, --build <name>', 'only sessions of this build of the pipeline');
}

export function addMetricFilter(command: Command): Command {
  command
    .option('-c, --component <name>', 'only tests of this component; "" for those of none')
    .option('--item <name>', 'only this test, with all parameters')
    .option('--variant <name>', 'only this test with these parameters')
    .option('--kind <kind>', 'only functions, or modules, or packages')
    .option('--scm <start>', 'only sessions whose SCM reference starts so')
    .option('--session <hash>', 'only this session');
  return addRange(addBuild(command));
}

/** Throws a UsageError where a build is named without its pipeline, which alone gives it a meaning. */
export function checkBuild({ pipeline, build }: MetricFlags): void {
  if (build !== undefined && pipeline === undefined)
    throw new UsageError(`--build ${build} means nothing without --pipeline`);
}

/** The condition on metrics, but for their pipeline and build. */
export function queryOf(flags: MetricFlags): MetricQuery {
  checkBuild(flags);
  const { component, item, variant, kind, scm, session, since, until } = flags;
  return { component, item, variant, scope: kind, scm, session, since, until };
}

/** The sessions of a pipeline, or of one of its builds. */
export function sessionsOf(
  monitor: Monitor,
  pipeline: string,
  build: string | undefined,
  options: ReadOptions,
): Promise<Sessions> {
  return build === undefined
    ? monitor.listSessions({ ...options, restrictFlags: { [PIPELINE_TAG]: pipeline } })
    : monitor.listBuildSessions(pipeline, build, options);
}

/** The metrics that are meant, one after another; those of a pipeline session by session. */
export async function* metricsOf(
  monitor: Monitor,
  flags: MetricFlags,
  options: ReadOptions,
): AsyncGenerator<Metric> {
  const query = { ...queryOf(flags), ...options };
  const { pipeline, build, session } = flags;
  if (pipeline === undefined) {
    yield* monitor.metrics(query);
    return;
  }
  const { signal } = options;
  for (const h of (await sessionsOf(monitor, pipeline, build, { signal })).keys()) {
    if (session === undefined || session === h) yield* monitor.metrics({ ...query, session: h });
  }
}
