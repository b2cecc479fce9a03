import type { Dialect, Page } from '../dialect.ts';
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

/** Everything there is to upload, some at a time, in an order that is the same every time. */
export interface UploadSource {
  contexts(): AsyncIterable<readonly ContextRecord[]>;
  sessions(): AsyncIterable<readonly SessionRecord[]>;
  metrics(): AsyncIterable<readonly MetricRecord[]>;
  /** How many records there are together. */
  total(): Promise<number>;
}

async function* rowsOf<R>(pages: AsyncIterable<Page<R>>): AsyncGenerator<readonly R[]> {
  for await (const { rows } of pages) yield rows;
}

/** All that a dialect has. */
export function sourceOfDialect(dialect: Dialect, signal: AbortSignal | undefined): UploadSource {
  return {
    contexts: () => rowsOf(dialect.contexts(signal)),
    sessions: () => rowsOf(dialect.sessions({}, signal)),
    metrics: () => rowsOf(dialect.metrics({}, signal)),
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
    metrics: () => recordsOf(metrics ?? []),
    total: async () => knownContexts.length + knownSessions.length + (metrics?.length ?? 0),
  };
}
