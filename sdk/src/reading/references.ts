import { Contexts } from '../collections/contexts.ts';
import { MetricColumns } from '../collections/metric-columns.ts';
import { Metrics } from '../collections/metrics.ts';
import { Sessions } from '../collections/sessions.ts';
import type { Dialect, MetricFilter } from '../dialect.ts';
import { contextOf } from '../entities/context.ts';
import { sessionOf } from '../entities/session.ts';
import type { MetricRecord } from '../records.ts';
import { collectContexts, collectSessions } from './collecting.ts';
import type { ReadOptions } from './options.ts';

/** Requests under way at a time: enough to hide the way to the server, few enough to leave it to others. */
const CONCURRENCY = 4;

/** From so many hashes on, reading the whole list is faster than asking for each. */
const WHOLE_LIST = 50;

/** Does some work for every item, some of it at a time, and gives the results in the order of the items. */
async function* inOrder<T, R>(
  items: Iterable<T>,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = work(item, either);
      // It is awaited in its turn, or not at all when an earlier one fails.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= CONCURRENCY) yield await (running.shift() as Promise<R>);
    }
    for (const result of running) yield await result;
  } finally {
    ended.abort();
  }
}

async function allRows(dialect: Dialect, filter: MetricFilter, signal: AbortSignal): Promise<MetricRecord[]> {
  const all: MetricRecord[] = [];
  for await (const { rows } of dialect.metrics(filter, signal)) for (const row of rows) all.push(row);
  return all;
}

/** The metrics of sessions, session by session, and then those of contexts that belong to none of the sessions. */
export async function metricsFrom(
  dialect: Dialect,
  sessions: ReadonlyMap<string, unknown>,
  contexts: ReadonlyMap<string, unknown>,
  { signal, onProgress }: ReadOptions,
): Promise<Metrics> {
  const columns = new MetricColumns();
  const filters: MetricFilter[] = [
    ...[...sessions.keys()].map((session) => ({ session })),
    ...[...contexts.keys()].map((context) => ({ context })),
  ];
  let at = 0;
  for await (const rows of inOrder(filters, signal, (filter, either) => allRows(dialect, filter, either))) {
    const ofContext = at++ >= sessions.size;
    for (const row of rows) if (!ofContext || !sessions.has(row.session_h)) columns.append(row);
    onProgress?.({ done: columns.length, total: undefined });
  }
  return new Metrics(columns);
}

/** The sessions or contexts that metrics refer to, each once, in the order in which they do. */
export function hashesIn(metrics: Metrics, key: 'session_h' | 'context_h'): string[] {
  const { codes, texts } = metrics.columns.texts(key);
  return Array.from(new Set(codes), (code) => texts[code] ?? '');
}

/** The sessions of these hashes, in their order; those that are not known are left out. */
export async function sessionsOf(
  dialect: Dialect,
  hashes: readonly string[],
  options: ReadOptions,
): Promise<Sessions> {
  if (hashes.length > WHOLE_LIST) {
    const all = await collectSessions(dialect.sessions({}, options.signal), options);
    return new Sessions(hashes.flatMap((h) => all.get(h) ?? []));
  }
  const found = new Sessions();
  const ask = (h: string, signal: AbortSignal) => dialect.session(h, signal);
  for await (const record of inOrder(hashes, options.signal, ask)) {
    if (record !== undefined) found.add(sessionOf(record));
    options.onProgress?.({ done: found.size, total: hashes.length });
  }
  return found;
}

/** The contexts of these hashes, in their order; those that are not known are left out. */
export async function contextsOf(
  dialect: Dialect,
  hashes: readonly string[],
  options: ReadOptions,
): Promise<Contexts> {
  if (hashes.length > WHOLE_LIST) {
    const all = await collectContexts(dialect.contexts(options.signal), options);
    return new Contexts(hashes.flatMap((h) => all.get(h) ?? []));
  }
  const found = new Contexts();
  const ask = (h: string, signal: AbortSignal) => dialect.context(h, signal);
  for await (const record of inOrder(hashes, options.signal, ask)) {
    if (record !== undefined) found.add(contextOf(record));
    options.onProgress?.({ done: found.size, total: hashes.length });
  }
  return found;
}
