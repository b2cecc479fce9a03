const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/** ISO 8601: a day, which begins in UTC, or a time with its zone. */
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * The time in milliseconds that a text means: so many hours, days or weeks from now, as `12h`, `90d` and `8w`, or a
 * date. Undefined where it is neither, or not to come.
 */
export function momentAfter(now: number, text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    const span = Number(count) * (UNITS[unit] ?? 0);
    return span > 0 ? now + span : undefined;
  }
  const time = DATE.test(text) ? Date.parse(text) : NaN;
  return time > now ? time : undefined;
}
