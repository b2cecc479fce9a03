import {
  answerContext,
  answerSession,
  BUILD_TAG,
  PIPELINE_TAG,
  storedTime,
  tagOf,
  type Context,
  type Flag,
  type FlagFilter,
  type Metric,
  type Session,
  type StoredRecord,
  type TimeRange,
} from '@monitor-server/contract';
import type { CountQuery, ListQuery, MetricFilter, SessionFilter } from '../../src/index.ts';

/** What a store must hold: plain lists in order of storing, searched from end to end. */
export interface Model {
  metrics: Metric[];
  sessions: Session[];
  contexts: Context[];
}

export function createModel(): Model {
  return { metrics: [], sessions: [], contexts: [] };
}

/** Stores records; of a session and of a context the first post counts. */
export function take(model: Model, records: readonly StoredRecord[]): void {
  for (const { type, value } of records) {
    if (type === 'metric') model.metrics.push(value);
    else if (type === 'session') {
      if (!model.sessions.some(({ session_h }) => session_h === value.session_h)) model.sessions.push(value);
    } else if (!model.contexts.some(({ h }) => h === value.h)) model.contexts.push(value);
  }
}

/** Remembers what a function made of each text: there are few, and every search goes through all of them. */
function remembering<Made>(make: (text: string) => Made): (text: string) => Made {
  const made = new Map<string, Made>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}

const microsOf = remembering((time) => storedTime(time).micros);

const lower = remembering((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));

function within(time: string, range: TimeRange | undefined): boolean {
  if (range === undefined) return true;
  const { since = -Infinity, until = Infinity } = range;
  const micros = microsOf(time);
  return micros >= since && micros < until;
}

const same = (value: string, wanted: string | undefined): boolean => wanted === undefined || value === wanted;

const holds = (value: string, part: string | undefined): boolean =>
  part === undefined || lower(value).includes(lower(part));

function hashes(rows: readonly { session_h: string }[]): Set<string> {
  return new Set(rows.map(({ session_h }) => session_h));
}

function metricsOf({ metrics, sessions }: Model, filter: MetricFilter): Metric[] {
  const { scm } = filter;
  const ofScm =
    scm === undefined ? undefined : hashes(sessions.filter(({ scm_ref }) => scm_ref?.startsWith(scm)));
  return metrics.filter(
    (metric) =>
      same(metric.session_h, filter.session) &&
      same(metric.context_h, filter.context) &&
      same(metric.item, filter.item) &&
      same(metric.item_variant, filter.variant) &&
      same(metric.component, filter.component) &&
      same(metric.kind, filter.kind) &&
      holds(metric.item, filter.itemLike) &&
      holds(metric.item_variant, filter.variantLike) &&
      (ofScm === undefined || ofScm.has(metric.session_h)) &&
      within(metric.item_start_time, filter.range),
  );
}

function hasFlag({ tags }: Session, { name, value }: Flag): boolean {
  return tags.some(
    ([key, text]) => name.includes(key) && (value === undefined ? text !== '' : value.includes(text)),
  );
}

function hasFlags(session: Session, { flags, all }: FlagFilter): boolean {
  return all ? flags.every((flag) => hasFlag(session, flag)) : flags.some((flag) => hasFlag(session, flag));
}

function sessionsOf({ sessions }: Model, { prefix = '', scm, flags, range }: SessionFilter): Session[] {
  return sessions.filter(
    (session) =>
      session.session_h.startsWith(prefix) &&
      (scm === undefined || session.scm_ref?.startsWith(scm) === true) &&
      (flags === undefined || hasFlags(session, flags)) &&
      within(session.run_date, range),
  );
}

/** Sessions of a component in the order of its first metric in each. */
function inOrderOfComponent({ metrics, sessions }: Model, component: string): Session[] {
  const order = [...hashes(metrics.filter((metric) => metric.component === component))];
  return order.flatMap((hash) => sessions.filter(({ session_h }) => session_h === hash));
}

interface BuildFilter {
  component?: string;
  pipeline?: string;
  build?: string;
}

function ofBuild(model: Model, { component, pipeline, build }: BuildFilter): Session[] {
  const sessions = component === undefined ? model.sessions : inOrderOfComponent(model, component);
  return sessions.filter(
    (session) =>
      same(tagOf(session, PIPELINE_TAG) ?? '', pipeline) && same(tagOf(session, BUILD_TAG) ?? '', build),
  );
}

function namesOf(sessions: readonly Session[], tag: string): string[] {
  return [...new Set(sessions.flatMap((session) => tagOf(session, tag) ?? []))];
}

/** Of a component, a pipeline counts only with a build. */
function pipelinesOf(model: Model, component: string | undefined): string[] {
  const sessions = ofBuild(model, component === undefined ? {} : { component });
  const counted =
    component === undefined
      ? sessions
      : sessions.filter((session) => tagOf(session, BUILD_TAG) !== undefined);
  return namesOf(counted, PIPELINE_TAG);
}

function componentsOf({ metrics }: Model, prefix = ''): string[] {
  const names = new Set(metrics.map(({ component }) => component));
  return [...names].filter((name) => name !== '' && name.startsWith(prefix));
}

function rankingOf(model: Model, query: Extract<ListQuery, { list: 'ranking' }>): Metric[] {
  const { component, pipeline, build, range } = query.filter;
  const sessions =
    pipeline === undefined
      ? undefined
      : hashes(ofBuild(model, { pipeline, ...(build === undefined ? {} : { build }) }));
  const sign = query.end === 'head' ? -1 : 1;
  return metricsOf(model, {
    ...(component === undefined ? {} : { component }),
    ...(range === undefined ? {} : { range }),
  })
    .filter(({ session_h }) => sessions === undefined || sessions.has(session_h))
    .sort((a, b) => sign * (a[query.resource] - b[query.resource]))
    .slice(0, query.n);
}

/** A whole list, whatever page is asked for. */
export function listOf(model: Model, query: ListQuery): unknown[] {
  switch (query.list) {
    case 'metrics':
      return metricsOf(model, query.filter);
    case 'sessions':
      return sessionsOf(model, query.filter).map(answerSession);
    case 'contexts':
      return model.contexts.filter(({ h }) => h.startsWith(query.filter.prefix ?? '')).map(answerContext);
    case 'components':
      return componentsOf(model, query.filter.prefix);
    case 'pipelines':
      return pipelinesOf(model, query.filter.component);
    case 'builds':
      return namesOf(ofBuild(model, query.filter), BUILD_TAG);
    case 'buildSessions':
      return ofBuild(model, query.filter).map(({ session_h }) => session_h);
    default:
      return rankingOf(model, query);
  }
}

export function countOf(model: Model, query: CountQuery): number {
  switch (query.count) {
    case 'metrics':
      return metricsOf(model, query.filter).length;
    case 'sessions':
      return sessionsOf(model, query.filter).length;
    case 'contexts':
      return model.contexts.length;
    default:
      return componentsOf(model).length;
  }
}
