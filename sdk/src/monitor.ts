import type { Contexts } from './collections/contexts.ts';
import type { Metrics } from './collections/metrics.ts';
import type { Sessions } from './collections/sessions.ts';
import { contextOf, type Context } from './entities/context.ts';
import type { Metric } from './entities/metric.ts';
import { sessionOf, type Session } from './entities/session.ts';
import type { Companions } from './frame/metric-frame.ts';
import type { MetricScope, ResourceMethod, ResourceType } from './enums.ts';
import { collectContexts, collectSessions } from './reading/collecting.ts';
import { countMetrics, readMetrics, streamMetrics } from './reading/metrics.ts';
import { rangeOf } from './reading/options.ts';
import type { CountQuery, MetricQuery, RangeOptions, ReadOptions, SessionQuery } from './reading/options.ts';
import { rankMetrics, type RankingScope } from './reading/ranking.ts';
import { buildSessionsOf, contextsOf, hashesIn, metricsFrom, sessionsOf } from './reading/references.ts';
import {
  compareBuildsFrom,
  summarizeFrom,
  type BuildComparisonOptions,
  type SummaryQuery,
} from './reading/statistics.ts';
import { tagConditions } from './reading/tag-conditions.ts';
import type { RemoteOptions } from './remote/options.ts';
import { createSource, type Source } from './source.ts';
import type { ComparisonResult, TestKey } from './statistics/comparison.ts';
import type { GroupKey, MetricGroupKey } from './statistics/keys.ts';
import type { Summary } from './statistics/summarize.ts';
import type { UploadCollections } from './upload/source.ts';
import { uploadFrom, type UploadOptions, type UploadReport } from './upload/upload.ts';

/** How a server is talked to; for a database file only `timeout` counts, for which 5,000 ms is the default. */
export type MonitorOptions = RemoteOptions;

/**
 * What pytest-monitor measured, on a monitor-server or in a database file. Both answer every call with the same, in
 * the same order. Lists are always complete: all pages are read, of up to 5,000 rows, the next while one is worked on.
 *
 * Every call throws a `MonitorError` for what fails: a `ProblemError` with what the server says, a `ConnectionError`
 * where it cannot be reached, a `DatabaseError` for a file. A signal that aborts makes it throw the signal's reason.
 */
export class Monitor {
  readonly #source: Source;

  /**
   * @param source the address of a server, with or without `/api/v1`, or the path of a `.pymon` file (Node.js only).
   * Nothing is sent or opened before the first call.
   */
  constructor(source: string | URL, options: MonitorOptions = {}) {
    this.#source = createSource(source, options);
  }

  /** How many components there are; the empty one does not count. */
  async countComponents(options: ReadOptions = {}): Promise<number> {
    return (await this.#source.dialect()).countComponents(options.signal);
  }

  /** How many execution contexts there are. */
  async countContexts(options: ReadOptions = {}): Promise<number> {
    return (await this.#source.dialect()).countContexts(options.signal);
  }

  /** How many metrics there are: of a session, else of a context, else of an SCM reference, else all. */
  async countMetrics(query: CountQuery = {}): Promise<number> {
    return countMetrics(await this.#source.dialect(), query);
  }

  /** How many sessions there are. */
  async countSessions(options: RangeOptions = {}): Promise<number> {
    return (await this.#source.dialect()).countSessions(rangeOf(options), options.signal);
  }

  /** The context with exactly this hash, or undefined. */
  async getContext(contextH: string, options: ReadOptions = {}): Promise<Context | undefined> {
    const record = await (await this.#source.dialect()).context(contextH, options.signal);
    return record && contextOf(record);
  }

  /** The session with exactly this hash, or undefined. */
  async getSession(sessionH: string, options: ReadOptions = {}): Promise<Session | undefined> {
    const record = await (await this.#source.dialect()).session(sessionH, options.signal);
    return record && sessionOf(record);
  }

  /** The sessions of a build. */
  async listBuildSessions(pipeline: string, buildId: string, options: ReadOptions = {}): Promise<Sessions> {
    return buildSessionsOf(await this.#source.dialect(), pipeline, buildId, options);
  }

  /** The metrics of a component; without one, those that belong to none. */
  listComponentMetrics(component?: string | null, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, component: component ?? '' });
  }

  /** The builds of a pipeline that have metrics of a component. */
  async listComponentPipelineBuilds(
    component: string,
    pipeline: string,
    options: ReadOptions = {},
  ): Promise<string[]> {
    if ([component, pipeline].includes('')) return [];
    return (await this.#source.dialect()).builds(pipeline, component, options.signal);
  }

  /** The pipelines that have metrics of a component in some build. */
  async listComponentPipelines(component: string, options: ReadOptions = {}): Promise<string[]> {
    return component === '' ? [] : (await this.#source.dialect()).pipelines(component, options.signal);
  }

  /** All components; the empty one is none. */
  async listComponents(options: ReadOptions = {}): Promise<string[]> {
    return (await this.#source.dialect()).components(options.signal);
  }

  /** The metrics of an execution context. */
  listContextMetrics(contextH: string, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, context: contextH });
  }

  /** All execution contexts. */
  async listContexts(options: ReadOptions = {}): Promise<Contexts> {
    return collectContexts((await this.#source.dialect()).contexts(options.signal), options);
  }

  /** The execution contexts that metrics refer to. */
  async listContextsFrom(metrics: Metrics, options: ReadOptions = {}): Promise<Contexts> {
    return contextsOf(await this.#source.dialect(), hashesIn(metrics, 'context_h'), options);
  }

  /** The metrics of a test, of all its variants. */
  listItemMetrics(item: string, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, item });
  }

  /** All metrics. */
  listMetrics(options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options });
  }

  /** The metrics of sessions whose SCM reference starts so. */
  listMetricsByScmId(scmRef: string, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, scm: scmRef });
  }

  /** The metrics of functions, of modules, or of packages. */
  listMetricsByType(metricType: MetricScope | (string & {}), options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, scope: metricType });
  }

  /** The metrics of sessions, session by session, and then those of contexts that belong to none of the sessions. */
  async listMetricsFrom(from: Companions, options: ReadOptions = {}): Promise<Metrics> {
    const { sessions = new Map(), contexts = new Map() } = from;
    return metricsFrom(await this.#source.dialect(), sessions, contexts, options);
  }

  /**
   * The metrics of tests whose name, or name with parameters, holds a text anywhere; the case of ASCII letters is
   * ignored. Of tests that meet both where both are given.
   */
  listMetricsFromPattern(
    pattern: { item?: string | undefined; variant?: string | undefined },
    options?: RangeOptions,
  ): Promise<Metrics> {
    return this.#list({ ...options, itemPattern: pattern.item, variantPattern: pattern.variant });
  }

  /** The metrics of one variant of a test, maybe in one component only. */
  listMetricsOfVariant(variant: string, component?: string | null, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, variant, component: component ?? undefined });
  }

  /** The metrics that took most, or least, of a resource: 10 unless told, 500 at most. */
  listMetricsResources(
    resource: ResourceType,
    method: ResourceMethod,
    maxElement?: number,
    options?: RangeOptions,
  ): Promise<Metrics> {
    return this.#rank(resource, method, {}, maxElement, options);
  }

  /** The metrics of a build that took most, or least, of a resource: 10 unless told, 500 at most. */
  listMetricsResourcesFromBuild(
    pipeline: string,
    build: string,
    resource: ResourceType,
    method: ResourceMethod,
    maxElement?: number,
    options?: RangeOptions,
  ): Promise<Metrics> {
    return this.#rank(resource, method, { pipeline, build }, maxElement, options);
  }

  /** The metrics of a component that took most, or least, of a resource: 10 unless told, 500 at most. */
  listMetricsResourcesFromComponent(
    component: string,
    resource: ResourceType,
    method: ResourceMethod,
    maxElement?: number,
    options?: RangeOptions,
  ): Promise<Metrics> {
    return this.#rank(resource, method, { component }, maxElement, options);
  }

  /** The metrics of all builds of a pipeline that took most, or least, of a resource: 10 unless told, 500 at most. */
  listMetricsResourcesFromPipeline(
    pipeline: string,
    resource: ResourceType,
    method: ResourceMethod,
    maxElement?: number,
    options?: RangeOptions,
  ): Promise<Metrics> {
    return this.#rank(resource, method, { pipeline }, maxElement, options);
  }

  /** The builds of a pipeline. */
  async listPipelineBuilds(pipeline: string, options: ReadOptions = {}): Promise<string[]> {
    return pipeline === '' ? [] : (await this.#source.dialect()).builds(pipeline, undefined, options.signal);
  }

  /** All pipelines. */
  async listPipelines(options: ReadOptions = {}): Promise<string[]> {
    return (await this.#source.dialect()).pipelines(undefined, options.signal);
  }

  /** The metrics of a session. */
  listSessionMetrics(sessionH: string, options?: RangeOptions): Promise<Metrics> {
    return this.#list({ ...options, session: sessionH });
  }

  /** All sessions, or those with certain tags. */
  async listSessions(query: SessionQuery = {}): Promise<Sessions> {
    const filter = { tags: tagConditions(query), method: query.method ?? 'match_any', ...rangeOf(query) };
    return collectSessions((await this.#source.dialect()).sessions(filter, query.signal), query);
  }

  /** The sessions that metrics refer to. */
  async listSessionsFrom(metrics: Metrics, options: ReadOptions = {}): Promise<Sessions> {
    return sessionsOf(await this.#source.dialect(), hashesIn(metrics, 'session_h'), options);
  }

  /** The metrics that meet a query, one after another, without all of them being in memory at any time. */
  async *metrics(query: MetricQuery = {}): AsyncGenerator<Metric> {
    yield* streamMetrics(await this.#source.dialect(), query);
  }

  /**
   * Reads the metrics that meet a query and says how many values each group of them has of each resource, and how they
   * are distributed; see the function `summarize`.
   */
  async summarize<const K extends GroupKey>(
    by: K | readonly K[],
    query: SummaryQuery = {},
  ): Promise<Summary<K>[]> {
    return summarizeFrom(await this.#source.dialect(), by, query);
  }

  /**
   * Reads what was measured in build `a` of a pipeline and in build `b`, or in several builds each, and compares it test
   * by test; see the function `compareBuilds`. Machines of different classes are never compared without a warning.
   */
  async compareBuilds<const K extends MetricGroupKey = TestKey>(
    pipeline: string,
    a: string | readonly string[],
    b: string | readonly string[],
    options: BuildComparisonOptions<K> = {},
  ): Promise<ComparisonResult<K>> {
    return compareBuildsFrom(await this.#source.dialect(), pipeline, a, b, options);
  }

  /**
   * Stores a `.pymon` file, the SQLite or PostgreSQL database of an original monitor-server (`postgresql://…`, which
   * needs the package pg), or collections, on the server. The same again changes nothing, and equal metrics within one
   * upload all stay. Throws an UploadError where it breaks off; what came before is stored then.
   */
  async upload(from: string | URL | UploadCollections, options: UploadOptions = {}): Promise<UploadReport> {
    return uploadFrom(await this.#source.dialect(), from, options);
  }

  /** Closes the database file; a server needs no closing. Another call opens it again. */
  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #list(query: MetricQuery): Promise<Metrics> {
    return readMetrics(await this.#source.dialect(), query);
  }

  async #rank(
    resource: ResourceType,
    method: ResourceMethod,
    scope: RankingScope,
    maxElement = 10,
    options: RangeOptions = {},
  ): Promise<Metrics> {
    return rankMetrics(await this.#source.dialect(), resource, method, maxElement, scope, options);
  }
}
