import { ProblemError } from './problem.ts';
import { PAGE_SIZE_LIMIT } from './routes.ts';
import { boundAfter, readTime } from './time.ts';
import { decodeLoosely, type QueryParameter } from './url.ts';

/** From `since` (inclusive) to `until` (exclusive), in microseconds since 1970 UTC. */
export interface TimeRange {
  since?: number;
  until?: number;
}

/** A text that a raw `+` in the URL leaves open: each form counts as equal. */
export type FlagText = readonly string[];

/** A condition on one tag: equal to `value`, or there and not empty where no value is given. */
export interface Flag {
  name: FlagText;
  value?: FlagText;
}

export interface FlagFilter {
  flags: Flag[];
  all: boolean;
}

/** The page asked for: from 1, or negative from the end. */
export function readPage(query: readonly QueryParameter[]): number {
  const value = query.find(({ name }) => name === 'page')?.value.trim();
  return value !== undefined && /^[+-]?\d+$/.test(value) ? Number(value) : 1;
}

/** Whether a list is asked for in pages at all. */
export function asksForPages(query: readonly QueryParameter[]): boolean {
  return query.some(({ name }) => name === 'page' || name === 'per_page');
}

export function readPageSize(query: readonly QueryParameter[], standard: number): number {
  const value = query.find(({ name }) => name === 'per_page')?.value;
  if (value === undefined) return standard;
  const size = /^\d+$/.test(value) ? Number(value) : 0;
  if (size < 1 || size > PAGE_SIZE_LIMIT) {
    throw new ProblemError(
      400,
      `per_page must be a whole number from 1 to ${PAGE_SIZE_LIMIT}, not "${value}".`,
    );
  }
  return size;
}

export function readCursor(query: readonly QueryParameter[]): string | undefined {
  return query.find(({ name }) => name === 'after')?.value;
}

/** The time range of a list; `timed` says whether the list has a time at all. */
export function readRange(query: readonly QueryParameter[], timed: boolean): TimeRange | undefined {
  const range: TimeRange = {};
  for (const name of ['since', 'until'] as const) {
    const parameter = query.find((each) => each.name === name);
    if (parameter === undefined) continue;
    if (!timed) throw new ProblemError(400, `${name} does not apply: this list has no time.`);
    // A zone's plus sign is often sent raw, and a raw plus in a query reads as a blank.
    const instant = readTime(decodeLoosely(parameter.raw)) ?? readTime(parameter.value);
    if (instant === undefined) {
      throw new ProblemError(
        400,
        `${name} must be a time such as 2024-03-01T12:00:00Z, not "${parameter.value}".`,
      );
    }
    range[name] = name === 'since' ? Number(instant.micros) : boundAfter(instant);
  }
  return range.since === undefined && range.until === undefined ? undefined : range;
}

function flagText(raw: string): FlagText {
  return raw.includes('+')
    ? [decodeLoosely(raw), decodeLoosely(raw.replaceAll('+', ' '))]
    : [decodeLoosely(raw)];
}

/**
 * The values of a flag parameter. Given once it is split at commas after decoding, given several times its
 * values are the list. Both forms of a raw `+` are split alike, so they pair up.
 */
function flagTexts(query: readonly QueryParameter[], names: readonly string[]): FlagText[] {
  const found = query.filter(({ name }) => names.includes(name));
  const [first] = found;
  if (first === undefined) return [];
  if (found.length > 1) return found.map(({ raw }) => flagText(raw));
  const [plus, blank] = flagText(first.raw).map((text) => text.split(','));
  return (plus ?? []).map((text, at) => [...new Set([text, blank?.[at] ?? text])]);
}

/** How many tags a query may name: each is a condition that every session is held against. */
const FLAG_LIMIT = 500;

/** The conditions on tags, or undefined where there are none. */
export function readFlags(query: readonly QueryParameter[]): FlagFilter | undefined {
  const names = flagTexts(query, ['with_flags', 'with_tags']);
  if (names.length > FLAG_LIMIT) {
    throw new ProblemError(400, `with_flags names ${names.length} tags, and ${FLAG_LIMIT} are possible.`);
  }
  const values = flagTexts(query, ['restrict_flags']);
  const flags = names.flatMap((name, at): Flag[] => {
    if (name.includes('')) return [];
    const value = values[at];
    return [value === undefined || value.includes('') ? { name } : { name, value }];
  });
  if (flags.length === 0) return undefined;
  const method = query.find(({ name }) => name === 'method')?.value;
  return { flags, all: method !== undefined && method !== 'match_any' };
}
