// The public surface: what is not listed here may change at any time.
export { Monitor, type MonitorOptions } from './monitor.ts';
export type { Fetch, RemoteOptions, RetryOptions, TlsOptions } from './remote/options.ts';
export type {
  CountQuery,
  MetricQuery,
  Progress,
  RangeOptions,
  ReadOptions,
  SessionQuery,
  Time,
} from './reading/options.ts';
export { UploadError } from './upload/upload.ts';
export type { UploadOptions, UploadRefusal, UploadReport } from './upload/upload.ts';
export type { Recorded, UploadCollections } from './upload/source.ts';

export { Field, MetricScope, ResourceMethod, ResourceType } from './enums.ts';
export { Timestamp } from './timestamp.ts';

export { Context, type ContextInit } from './entities/context.ts';
export { Metric, type MetricInit } from './entities/metric.ts';
export type { Selection } from './entities/selection.ts';
export { Session, type SessionInit, type SessionSelection, type Tag } from './entities/session.ts';
export type { ContextRecord, MetricRecord, SessionRecord } from './records.ts';

export { Contexts } from './collections/contexts.ts';
export { Keyed, type KeyedEntity } from './collections/keyed.ts';
export {
  MetricColumns,
  NUMBER_KEYS,
  TEXT_KEYS,
  type NumberKey,
  type TextColumn,
  type TextKey,
} from './collections/metric-columns.ts';
export { Metrics, type InPlace, type MetricExport } from './collections/metrics.ts';
export { Sessions } from './collections/sessions.ts';
export type { Companions } from './frame/metric-frame.ts';
export type { FileOptions } from './serial/files.ts';
export type { Format } from './serial/format.ts';

export { compareBuilds } from './statistics/builds.ts';
export { compareSessions, type SessionSide } from './statistics/compare.ts';
export {
  TEST_KEYS,
  type ComparedData,
  type ComparedSample,
  type ComparedSide,
  type CompareOptions,
  type Comparison,
  type ComparisonResult,
  type ComparisonWarning,
  type MachineShare,
  type TestKey,
  type UncomparedTest,
  type Unit,
  type Verdict,
} from './statistics/comparison.ts';
export type { BootstrapOptions, Interval } from './statistics/bootstrap.ts';
export type { Correction } from './statistics/correction.ts';
export type {
  GroupKey,
  MetricGroupKey,
  SessionGroupKey,
  SessionMap,
  StatisticsColumns,
} from './statistics/keys.ts';
export { describeMachine, type MachineClass } from './statistics/machine.ts';
export type { UTest } from './statistics/mann-whitney.ts';
export { summarize, type DescribedKey, type SummarizeOptions, type Summary } from './statistics/summarize.ts';
export type { SampleSummary } from './statistics/summary.ts';
export type { BuildComparisonOptions, SummaryQuery } from './reading/statistics.ts';

export {
  ConnectionError,
  DatabaseError,
  FormatError,
  MonitorError,
  ProblemError,
  ProtocolError,
  TimeoutError,
  UnsupportedError,
  type DatabaseFault,
  type Problem,
} from './errors.ts';
