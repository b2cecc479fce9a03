import { BUILD_TAG, PIPELINE_TAG } from '@monitor-server/contract/values';
import { Dictionary } from '../collections/dictionary.ts';
import type { MetricColumns, TextColumn } from '../collections/metric-columns.ts';
import { METRIC_KEYS } from '../entities/metric.ts';
import type { Session } from '../entities/session.ts';
import { tagOf } from '../entities/tags.ts';
import { Field, ResourceType } from '../enums.ts';
import { UnsupportedError } from '../errors.ts';
import type { CodeColumn } from './grouping.ts';

/** What statistics read of metrics: the columns of a collection, or anything that is held in the same way. */
export type StatisticsColumns = Pick<MetricColumns, 'length' | 'texts' | 'numbers'>;

/** The fields of metrics that they can be grouped by. */
export type MetricGroupKey =
  | typeof Field.SESSION_H
  | typeof Field.CONTEXT_H
  | typeof Field.ITEM_PATH
  | typeof Field.ITEM
  | typeof Field.ITEM_VARIANT
  | typeof Field.ITEM_FS_LOC
  | typeof Field.KIND
  | typeof Field.COMPONENT;

/** What is known of the sessions of metrics that they can be grouped by. */
export type SessionGroupKey = typeof Field.SCM | 'pipeline' | 'build';

/** What metrics can be grouped by. A build is known by its pipeline and its number. */
export type GroupKey = MetricGroupKey | SessionGroupKey;

/** Sessions by their hashes. */
export type SessionMap = ReadonlyMap<string, Session>;

/** The column that holds each resource. */
export const RESOURCE_COLUMNS = {
  [ResourceType.TOTAL_TIME]: 'total_time',
  [ResourceType.USER_TIME]: 'user_time',
  [ResourceType.KERNEL_TIME]: 'kernel_time',
  [ResourceType.CPU]: 'cpu_usage',
  [ResourceType.MEMORY]: 'mem_usage',
} as const satisfies Record<ResourceType, Parameters<MetricColumns['numbers']>[0]>;

/** All resources, in the order in which metrics have them. */
export const RESOURCES: readonly ResourceType[] = Object.values(ResourceType);

/** Texts of rows as a column of codes; a row without a text has a negative one. */
export interface KeyColumn extends CodeColumn {
  readonly texts: readonly string[];
}

/** What a session says, by key; undefined where it says nothing. */
const SESSION_TEXTS: Readonly<Record<SessionGroupKey, (session: Session) => string | undefined>> = {
  scm: ({ scm }) => scm ?? undefined,
  pipeline: pipelineOf,
  build: buildOf,
};

/** The pipeline that a session belongs to. */
export function pipelineOf(session: Session): string | undefined {
  return tagOf(session.toRecord().tags, PIPELINE_TAG);
}

/** The number of the build that a session belongs to, which means nothing without its pipeline. */
export function buildOf(session: Session): string | undefined {
  return tagOf(session.toRecord().tags, BUILD_TAG);
}

/** Whether a key is about the session of a metric rather than the metric itself. */
export function isSessionKey(key: GroupKey): key is SessionGroupKey {
  return Object.hasOwn(SESSION_TEXTS, key);
}

/** Other codes for the texts of a column: `codeOf` is asked once for each text, and gives a negative one for none. */
export function translated({ codes, texts }: TextColumn, codeOf: (text: string) => number): Int32Array {
  const byCode = Int32Array.from(texts, codeOf);
  const translation = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) translation[row] = byCode[codes[row] ?? 0] ?? -1;
  return translation;
}

function sessionColumn(columns: StatisticsColumns, sessions: SessionMap, key: SessionGroupKey): KeyColumn {
  const dictionary = new Dictionary();
  const codes = translated(columns.texts('session_h'), (h) => {
    const session = sessions.get(h);
    const text = session && SESSION_TEXTS[key](session);
    return text === undefined ? -1 : dictionary.codeOf(text);
  });
  return { codes, texts: dictionary.texts, size: dictionary.texts.length };
}

/** The texts that a key gives to metrics. Keys of sessions need the sessions; a metric of another one has no text. */
export function keyColumn(
  columns: StatisticsColumns,
  key: GroupKey,
  sessions: SessionMap | undefined,
): KeyColumn {
  if (!isSessionKey(key)) {
    // The type of `METRIC_KEYS` does not tell texts from numbers; that of `MetricGroupKey` does.
    const { codes, texts } = columns.texts(METRIC_KEYS[key] as Parameters<StatisticsColumns['texts']>[0]);
    return { codes, texts, size: texts.length };
  }
  if (sessions === undefined)
    throw new UnsupportedError(`grouping by ${key} needs the sessions of the metrics`);
  return sessionColumn(columns, sessions, key);
}

/** The texts of one row under the names of their keys. */
export function textsAt<K extends GroupKey>(
  keys: readonly K[],
  columns: readonly KeyColumn[],
  row: number,
): Readonly<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const [at, key] of keys.entries()) {
    const column = columns[at];
    texts[key] = column?.texts[column.codes[row] ?? -1] ?? '';
  }
  return texts as Record<K, string>;
}
