const GRAMMAR =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/;

/** The form pytest-monitor writes: microseconds, no zone. */
const CANONICAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}$/;

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !leap ? 28 : (DAYS[month - 1] ?? 0);
}

/** A point in time: whole microseconds since 1970 UTC, and whether digits beyond them were cut off. */
export interface Instant {
  micros: bigint;
  cut: boolean;
}

/** Reads a time in any form the wire contract allows; no zone counts as UTC. Undefined when it is none. */
export function readTime(value: string): Instant | undefined {
  const match = GRAMMAR.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, , sign, zoneHour, zoneMinute] = match;
  const [y, mo, d] = [Number(year), Number(month), Number(day)];
  const [h, mi, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const [zh, zm] = [Number(zoneHour ?? 0), Number(zoneMinute ?? 0)];
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h > 23 || mi > 59 || s > 59 || zh > 23 || zm > 59) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  date.setUTCHours(h, mi, s);
  const offset = (sign === '-' ? -1 : 1) * (zh * 60 + zm) * 60_000;
  const digits = (fraction ?? '').padEnd(6, '0');
  const micros = BigInt(date.getTime() - offset) * 1000n + BigInt(digits.slice(0, 6));
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
  const instant = readTime(value);
  if (instant === undefined) throw new RangeError(`not a time: ${value}`);
  const micros = Number(instant.micros);
  const same = CANONICAL.test(value) && Number.isSafeInteger(micros);
  return { micros, text: same ? null : value };
}

/** The first microsecond that is not before a time, where ranges end: metrics are ranged over by whole microseconds. */
export function boundAfter(instant: Instant): number {
  return Number(instant.micros + (instant.cut ? 1n : 0n));
}
