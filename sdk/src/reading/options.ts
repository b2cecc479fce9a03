import { readTime } from '@monitor-server/contract/values';
import type { MetricFilter, TimeRange } from '../dialect.ts';
import type { MetricScope } from '../enums.ts';

/** How far a long call is. */
export interface Progress {
  /** How many rows are read, or lines stored. */
  done: number;
  /** How many there are at most, as far as that is known; at the end, how many there were. */
  total: number | undefined;
}

/** What every call takes. */
export interface ReadOptions {
  /** Ends the call: it throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after every page. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A time: a `Date`, or a text such as `2024-03-01` or `2024-03-01T12:00:00+01:00`; no zone is UTC. */
export type Time = Date | string;

/** What calls take whose rows have a time: the start of a test or the date of a session. */
export interface RangeOptions extends ReadOptions {
  /** Nothing before this. */
  since?: Time | undefined;
  /** Nothing at this or after it. */
  until?: Time | undefined;
}

/** Metrics for which all of this holds. */
export interface MetricQuery extends RangeOptions {
  /** The hash of their session. */
  session?: string | undefined;
  /** The hash of their execution context. */
  context?: string | undefined;
  /** The start of the SCM reference of their session. */
  scm?: string | undefined;
  /** The name of the test. */
  item?: string | undefined;
  /** The name with parameters. */
  variant?: string | undefined;
  /** A text anywhere in the name; the case of ASCII letters is ignored. */
  itemPattern?: string | undefined;
  /** A text anywhere in the name with parameters; the case of ASCII letters is ignored. */
  variantPattern?: string | undefined;
  /** The component; null or an empty text for metrics without one. */
  component?: string | null | undefined;
  /** What was measured. */
  scope?: MetricScope | (string & {}) | undefined;
}

/** Which sessions a list has. */
export interface SessionQuery extends RangeOptions {
  /** Tags that a session must have, not empty. */
  withTags?: string | readonly string[] | undefined;
  /**
   * Values of these tags, in the same order; an empty one asks for any value. Or an object of tags and values, which
   * need not be named in `withTags`.
   */
  restrictFlags?: string | readonly string[] | Readonly<Record<string, string>> | undefined;
  /** Whether a session must meet all conditions, or one, which is the default. */
  method?: 'match_all' | 'match_any' | undefined;
}

/** Which metrics are counted: the first of these that is given counts, as there is one answer for each. */
export interface CountQuery extends RangeOptions {
  /** The hash of their session. */
  sessionH?: string | undefined;
  /** The hash of their execution context. */
  contextH?: string | undefined;
  /** The start of the SCM reference of their session. */
  scmRef?: string | undefined;
}

/** An object without the keys whose values are undefined. */
export function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function timeText(name: string, time: Time | undefined): string | undefined {
  const text = time instanceof Date ? time.toISOString() : time;
  if (text === undefined || readTime(text) !== undefined) return text;
  throw new RangeError(`${name} must be a time such as 2024-03-01T12:00:00Z, not "${text}"`);
}

/** A range of times as dialects take it; throws a RangeError for what is no time. */
export function rangeOf({ since, until }: RangeOptions): TimeRange {
  return defined({ since: timeText('since', since), until: timeText('until', until) });
}

/** A condition that every row meets when it is empty. */
function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** A query as dialects take it. */
export function filterOf(query: MetricQuery): MetricFilter {
  const { session, context, item, variant, component, scope } = query;
  return defined({
    session,
    context,
    item,
    variant,
    scm: notEmpty(query.scm),
    itemLike: notEmpty(query.itemPattern),
    variantLike: notEmpty(query.variantPattern),
    component: component === null ? '' : component,
    kind: scope,
    ...rangeOf(query),
  });
}
