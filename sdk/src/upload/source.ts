import type { Dialect, Page } from '../dialect.ts';
import { digestOf } from '../entities/digest.ts';
import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';

/** An entity, whatever else it is. */
export interface Recorded<R> {
  toRecord(): R;
}

/** Collections to upload; any of them may be missing. */
export interface UploadCollections {
  sessions?: Iterable<readonly [string, Recorded<SessionRecord>]> | undefined;
  contexts?: Iterable<readonly [string, Recorded<ContextRecord>]> | undefined;
  metrics?: (Iterable<Recorded<MetricRecord>> & { readonly length: number }) | undefined;
}

/** A metric and what a server knows it by: another one with the same id is not stored. */
export interface UploadMetric {
  readonly id: string;
  readonly record: MetricRecord;
}

/** Everything there is to upload, some at a time, in an order that is the same every time, with the same ids. */
export interface UploadSource {
  contexts(): AsyncIterable<readonly ContextRecord[]>;
  sessions(): AsyncIterable<readonly SessionRecord[]>;
  metrics(): AsyncIterable<readonly UploadMetric[]>;
  /** How many records there are together. */
  total(): Promise<number>;
}

/**
 * Metrics with ids made of all their values and, because equal metrics may well be different runs, of how many equal ones
 * came before: nothing is stored twice or lost.
 */
async function* identified(
  groups: AsyncIterable<readonly MetricRecord[]>,
): AsyncGenerator<readonly UploadMetric[]> {
  const occurrences = new Map<string, number>();
  for await (const records of groups) {
    yield records.map((record) => {
      const digest = digestOf(record);
      const occurrence = occurrences.get(digest) ?? 0;
      occurrences.set(digest, occurrence + 1);
      return { id: `${digest}-${occurrence}`, record };
    });
  }
}

async function* rowsOf<R>(pages: AsyncIterable<Page<R>>): AsyncGenerator<readonly R[]> {
  for await (const { rows } of pages) yield rows;
}

/** A source that is open until it is closed. */
export interface OpenUploadSource extends UploadSource {
  close(): Promise<void>;
}

/** All that a dialect has. */
export function sourceOfDialect(dialect: Dialect, signal: AbortSignal | undefined): UploadSource {
  return {
    contexts: () => rowsOf(dialect.contexts(signal)),
    sessions: () => rowsOf(dialect.sessions({}, signal)),
    metrics: () => identified(rowsOf(dialect.metrics({}, signal))),
    async total() {
      const contexts = await dialect.countContexts(signal);
      const sessions = await dialect.countSessions({}, signal);
      return contexts + sessions + (await dialect.countMetrics({}, signal));
    },
  };
}

const GROUP = 1000;

async function* recordsOf<R>(entities: Iterable<Recorded<R>>): AsyncGenerator<readonly R[]> {
  let records: R[] = [];
  for (const entity of entities) {
    records.push(entity.toRecord());
    if (records.length < GROUP) continue;
    yield records;
    records = [];
  }
  yield records;
}

/** All that collections have. */
export function sourceOfCollections({
  sessions = [],
  contexts = [],
  metrics,
}: UploadCollections): UploadSource {
  const knownSessions = Array.from(sessions, ([, session]) => session);
  const knownContexts = Array.from(contexts, ([, context]) => context);
  return {
    contexts: () => recordsOf(knownContexts),
    sessions: () => recordsOf(knownSessions),
    metrics: () => identified(recordsOf(metrics ?? [])),
    total: async () => knownContexts.length + knownSessions.length + (metrics?.length ?? 0),
  };
}
