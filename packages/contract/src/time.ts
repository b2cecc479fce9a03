const GRAMMAR =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/;

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !leap ? 28 : (DAYS[month - 1] ?? 0);
}

/** The calendar repeats itself after so many years. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;

/** Milliseconds since 1970, or undefined where there is no such moment. */
function millisecondsOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const isMoment =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  // A cycle later, because `Date.UTC` takes the years up to 99 for those of another century.
  return isMoment ? Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second) - CYCLE_MS : undefined;
}

const ZERO = 48;

/** Some digits of a text as a number; NaN where they are none. */
function numberAt(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/**
 * The microseconds of a time in the form that pytest-monitor writes, with microseconds and no zone: nearly all times
 * are, and this takes a tenth of what the grammar does. Undefined for all others, and where a double is not exact.
 */
function canonicalMicros(text: string): number | undefined {
  const isCanonical =
    text.length === 26 &&
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text[19] === '.';
  if (!isCanonical) return undefined;
  const milliseconds = millisecondsOf(
    numberAt(text, 0, 4),
    numberAt(text, 5, 7),
    numberAt(text, 8, 10),
    numberAt(text, 11, 13),
    numberAt(text, 14, 16),
    numberAt(text, 17, 19),
  );
  const micros = (milliseconds ?? Number.NaN) * 1_000 + numberAt(text, 20, 26);
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** A point in time: whole microseconds since 1970 UTC, and whether digits beyond them were cut off. */
export interface Instant {
  micros: bigint;
  cut: boolean;
}

/** Reads a time in any form the wire contract allows; no zone counts as UTC. Undefined when it is none. */
export function readTime(value: string): Instant | undefined {
  const canonical = canonicalMicros(value);
  if (canonical !== undefined) return { micros: BigInt(canonical), cut: false };
  const match = GRAMMAR.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, , sign, zoneHour, zoneMinute] = match;
  const milliseconds = millisecondsOf(
    Number(year),
    Number(month),
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  const [zh, zm] = [Number(zoneHour ?? 0), Number(zoneMinute ?? 0)];
  if (milliseconds === undefined || zh > 23 || zm > 59) return undefined;
  const offset = (sign === '-' ? -1 : 1) * (zh * 60 + zm) * 60_000;
  const digits = (fraction ?? '').padEnd(6, '0');
  const micros = BigInt(milliseconds - offset) * 1000n + BigInt(digits.slice(0, 6));
  return { micros, cut: /[1-9]/.test(digits.slice(6)) };
}

/** Microseconds as the canonical text, or undefined outside the years 0 to 9999. */
export function canonicalTime(micros: number): string | undefined {
  const date = new Date(Math.floor(micros / 1000));
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (text.length !== 24) return undefined;
  return `${text.slice(0, 23)}${String(((micros % 1000) + 1000) % 1000).padStart(3, '0')}`;
}

/**
 * How a time is kept: its microseconds for ranges, and the text as sent where the
 * canonical form would read differently.
 */
export function storedTime(value: string): { micros: number; text: string | null } {
  const canonical = canonicalMicros(value);
  if (canonical !== undefined) return { micros: canonical, text: null };
  const instant = readTime(value);
  if (instant === undefined) throw new RangeError(`not a time: ${value}`);
  return { micros: Number(instant.micros), text: value };
}

/** The first microsecond that is not before a time, where ranges end: metrics are ranged over by whole microseconds. */
export function boundAfter(instant: Instant): number {
  return Number(instant.micros + (instant.cut ? 1n : 0n));
}
