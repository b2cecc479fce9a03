import { Sessions } from '../collections/sessions.ts';
import type { Dialect } from '../dialect.ts';
import type { ResourceType } from '../enums.ts';
import { buildSide } from '../statistics/builds.ts';
import { compareSessions } from '../statistics/compare.ts';
import type { CompareOptions, ComparisonResult, TestKey } from '../statistics/comparison.ts';
import { isSessionKey, type GroupKey, type MetricGroupKey } from '../statistics/keys.ts';
import { summarize, type Summary } from '../statistics/summarize.ts';
import { readMetrics } from './metrics.ts';
import type { MetricQuery, ReadOptions } from './options.ts';
import { buildSessionsOf, contextsOf, hashesIn, metricsFrom, sessionsOf } from './references.ts';

/** Which metrics are summarized, and what of them. */
export interface SummaryQuery extends MetricQuery {
  /** The resources to look at; all five unless told. */
  resources?: readonly ResourceType[] | undefined;
}

/** How builds are compared and read; the progress is that of their metrics. */
export interface BuildComparisonOptions<K extends MetricGroupKey = TestKey>
  extends CompareOptions<K>, ReadOptions {}

/** Reads metrics, and their sessions where they are grouped by what those say, and summarizes them. */
export async function summarizeFrom<K extends GroupKey>(
  dialect: Dialect,
  by: K | readonly K[],
  query: SummaryQuery,
): Promise<Summary<K>[]> {
  const { resources, signal } = query;
  const metrics = await readMetrics(dialect, query);
  if (![by].flat().some(isSessionKey)) return summarize(metrics, by, { resources });
  const sessions = await sessionsOf(dialect, hashesIn(metrics, 'session_h'), { signal });
  return summarize(metrics, by, { resources, sessions });
}

/** Reads the metrics of builds, and what those refer to, and compares them. No metric is read of unknown builds. */
export async function compareBuildsFrom<K extends MetricGroupKey>(
  dialect: Dialect,
  pipeline: string,
  a: string | readonly string[],
  b: string | readonly string[],
  options: BuildComparisonOptions<K>,
): Promise<ComparisonResult<K>> {
  const { signal, onProgress } = options;
  const sessions = new Sessions();
  for (const build of new Set([a, b].flat())) {
    const inBuild = await buildSessionsOf(dialect, pipeline, build, { signal });
    for (const session of inBuild.values()) sessions.add(session);
  }
  const sides = [buildSide(sessions, pipeline, a), buildSide(sessions, pipeline, b)] as const;
  const metrics = await metricsFrom(dialect, sessions, new Map(), { signal, onProgress });
  const contexts = await contextsOf(dialect, hashesIn(metrics, 'context_h'), { signal });
  return compareSessions({ metrics, sessions, contexts }, ...sides, options);
}
