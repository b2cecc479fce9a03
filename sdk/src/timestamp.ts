import { canonicalTime, readTime } from '@monitor-server/contract/values';
import { INSPECT } from './inspection.ts';

/**
 * A point in time that keeps its microseconds: wherever a number is wanted, as in comparisons and differences, it is
 * milliseconds with three decimals. A time without a zone counts as UTC. The setters of `Date` must not be used.
 */
export class Timestamp extends Date {
  /** Whole microseconds since 1970 UTC; NaN where there is no valid time. */
  readonly micros: number;

  constructor(micros: number) {
    super(Math.floor(micros / 1000));
    this.micros = micros;
  }

  /** Reads `YYYY-MM-DD[(T| )HH:MM[:SS[.f…]]][Z|±HH:MM]`; any other text gives an invalid date. */
  static from(text: string): Timestamp {
    return new Timestamp(readMicros(text));
  }

  override valueOf(): number {
    return this.micros / 1000;
  }

  /** `2024-03-01T10:11:12.123456Z`; throws a RangeError where there is no valid time, as `Date` does. */
  override toISOString(): string {
    const text = canonicalTime(this.micros);
    return text === undefined ? super.toISOString() : `${text}Z`;
  }

  /** @internal The console shows it as it shows any date, but with its microseconds. */
  [INSPECT](): string {
    return Number.isNaN(this.micros) ? String(this) : this.toISOString();
  }
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const CANONICAL_LENGTH = '2024-03-01T10:11:12.123456'.length;

/**
 * The microseconds of a time in the canonical form, which pytest-monitor writes, on a day that every month has;
 * undefined for everything else. Nearly all times are of this kind, and this is six times as fast as `readMicros`.
 */
export function readCanonical(text: string): number | undefined {
  if (text.length !== CANONICAL_LENGTH || text[10] !== 'T' || text[19] !== '.') return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const micros = digits(text, 20, 26);
  const plain =
    year >= 1900 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!plain || Number.isNaN(micros)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + micros;
}

/** The whole microseconds since 1970 UTC that a text stands for; NaN where it is no time. */
export function readMicros(text: string): number {
  const instant = readTime(text);
  return instant === undefined ? Number.NaN : Number(instant.micros);
}
