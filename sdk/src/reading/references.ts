import { Contexts } from '../collections/contexts.ts';
import { MetricColumns } from '../collections/metric-columns.ts';
import { Metrics } from '../collections/metrics.ts';
import { Sessions } from '../collections/sessions.ts';
import type { Dialect } from '../dialect.ts';
import { contextOf } from '../entities/context.ts';
import { sessionOf } from '../entities/session.ts';
import type { MetricRecord } from '../records.ts';
import { collectContexts, collectSessions } from './collecting.ts';
import { inOrder } from './concurrency.ts';
import type { ReadOptions } from './options.ts';

/** From so many hashes on, reading the whole list is faster than asking for each. */
const WHOLE_LIST = 50;

/** The metrics of some sessions, or of some contexts, one of these after the other. */
async function metricsOf(
  dialect: Dialect,
  key: 'session' | 'context',
  hashes: readonly string[],
  { signal, onProgress }: ReadOptions,
  isWanted: (row: MetricRecord) => boolean,
): Promise<MetricColumns> {
  const columns = new MetricColumns();
  if (hashes.length === 0) return columns;
  for await (const rows of dialect.metricsOfAny(key, hashes, signal)) {
    for (const row of rows) if (isWanted(row)) columns.append(row);
    onProgress?.({ done: columns.length, total: undefined });
  }
  const { codes, texts } = columns.texts(`${key}_h`);
  const positions = new Map(hashes.map((h, at) => [h, at]));
  const order = Float64Array.from(texts, (h) => positions.get(h) ?? 0);
  const place = (row: number): number => order[codes[row] ?? 0] ?? 0;
  const rows = Uint32Array.from(codes.keys()).sort((one, other) => place(one) - place(other) || one - other);
  return columns.select(rows);
}

/** The metrics of sessions, session by session, and then those of contexts that belong to none of the sessions. */
export async function metricsFrom(
  dialect: Dialect,
  sessions: ReadonlyMap<string, unknown>,
  contexts: ReadonlyMap<string, unknown>,
  options: ReadOptions,
): Promise<Metrics> {
  const columns = await metricsOf(dialect, 'session', [...sessions.keys()], options, () => true);
  const done = columns.length;
  const further: ReadOptions = {
    signal: options.signal,
    onProgress: (progress) => options.onProgress?.({ ...progress, done: done + progress.done }),
  };
  const isWanted = ({ session_h }: MetricRecord): boolean => !sessions.has(session_h);
  columns.appendAll(await metricsOf(dialect, 'context', [...contexts.keys()], further, isWanted));
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

/** The sessions of a build; of one without a name there are none. */
export async function buildSessionsOf(
  dialect: Dialect,
  pipeline: string,
  build: string,
  options: ReadOptions,
): Promise<Sessions> {
  if ([pipeline, build].includes('')) return new Sessions();
  return sessionsOf(dialect, await dialect.buildSessions(pipeline, build, options.signal), options);
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
