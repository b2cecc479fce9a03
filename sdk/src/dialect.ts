import type { ResourceMethod, ResourceType } from './enums.ts';
import type { ContextRecord, MetricRecord, SessionRecord } from './records.ts';

/** From `since` (inclusive) to `until` (exclusive); texts in any form that servers take, no zone is UTC. */
export interface TimeRange {
  since?: string;
  until?: string;
}

/** Metrics for which all of this holds. */
export interface MetricFilter extends TimeRange {
  session?: string;
  context?: string;
  item?: string;
  variant?: string;
  /** A text anywhere in the name of the test; the case of ASCII letters is ignored. */
  itemLike?: string;
  /** The same for the name with parameters. */
  variantLike?: string;
  /** Empty: metrics without a component. */
  component?: string;
  kind?: string;
  /** The start of the reference into the source code management that the session names. */
  scm?: string;
}

/** A condition on a tag: equal to `value`, or there and not empty where no value, or an empty one, is given. */
export interface TagCondition {
  name: string;
  value?: string;
}

/** Sessions for which all of this holds. */
export interface SessionFilter extends TimeRange {
  /** The start of the reference into the source code management. */
  scm?: string;
  /** No conditions filter nothing. */
  tags?: readonly TagCondition[];
  /** Whether all conditions on tags must hold, or one. */
  method?: 'match_all' | 'match_any';
}

/** What a ranking is made of, from which end, and how long it is at most. */
export interface RankingQuery extends TimeRange {
  resource: ResourceType;
  method: ResourceMethod;
  n: number;
  component?: string;
  pipeline?: string;
  /** Only with a pipeline. */
  build?: string;
}

/** Some rows of a list, in its order. */
export interface Page<R> {
  rows: readonly R[];
  /** How many rows the list has at most, as far as that is known. */
  total: number | undefined;
}

/** What an import did. */
export interface ImportResult {
  accepted: number;
  rejected: number;
  metrics: number;
  sessions: number;
  contexts: number;
  errors: readonly { line: number; detail: string; errors?: Readonly<Record<string, string>> | undefined }[];
}

/**
 * Where metrics come from. All adapters give the same answers over the same data, in the same order: metrics as they
 * were stored, sessions, pipelines and builds as sessions were stored, components (and the names under one) by their
 * first metric. Whoever stops reading pages early ends what is under way. A signal that aborts makes every call throw
 * its reason.
 */
export interface Dialect {
  metrics(filter: MetricFilter, signal?: AbortSignal): AsyncGenerator<Page<MetricRecord>>;
  /** The metrics of some sessions, or of some contexts: those of each as they were stored, but of all in any order. */
  metricsOfAny(
    key: 'session' | 'context',
    hashes: readonly string[],
    signal?: AbortSignal,
  ): AsyncGenerator<readonly MetricRecord[]>;
  sessions(filter: SessionFilter, signal?: AbortSignal): AsyncGenerator<Page<SessionRecord>>;
  contexts(signal?: AbortSignal): AsyncGenerator<Page<ContextRecord>>;
  /** The session with exactly this hash. */
  session(h: string, signal?: AbortSignal): Promise<SessionRecord | undefined>;
  /** The context with exactly this hash. */
  context(h: string, signal?: AbortSignal): Promise<ContextRecord | undefined>;
  countMetrics(filter: MetricFilter, signal?: AbortSignal): Promise<number>;
  countSessions(range: TimeRange, signal?: AbortSignal): Promise<number>;
  countContexts(signal?: AbortSignal): Promise<number>;
  countComponents(signal?: AbortSignal): Promise<number>;
  /** Metrics that have the resource, by its value; equal ones as they were stored. */
  ranking(query: RankingQuery, signal?: AbortSignal): Promise<readonly MetricRecord[]>;
  /** Components that are not empty. */
  components(signal?: AbortSignal): Promise<string[]>;
  /** All pipelines, or those with metrics of a component. */
  pipelines(component: string | undefined, signal?: AbortSignal): Promise<string[]>;
  /** The builds of a pipeline, or those of them with metrics of a component. */
  builds(pipeline: string, component: string | undefined, signal?: AbortSignal): Promise<string[]>;
  /** The hashes of the sessions of a build. */
  buildSessions(pipeline: string, build: string, signal?: AbortSignal): Promise<string[]>;
  /** Stores lines of an import, where that can be done. */
  importLines?(lines: readonly string[], signal?: AbortSignal): Promise<ImportResult>;
  close(): Promise<void>;
}
