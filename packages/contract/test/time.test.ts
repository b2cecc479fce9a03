import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTime, readTime, storedTime } from '../src/index.ts';

const padded = (length: number, max: number, min = 0) =>
  fc.integer({ min, max }).map((value) => String(value).padStart(length, '0'));

const zone = fc.oneof(
  fc.constantFrom('', 'Z'),
  fc
    .tuple(fc.constantFrom('+', '-'), padded(2, 23), fc.constantFrom('', ':'), padded(2, 59))
    .map((parts) => parts.join('')),
);

const parts = fc.record({
  date: fc.tuple(padded(4, 9_999), padded(2, 12, 1), padded(2, 28, 1)).map((each) => each.join('-')),
  blank: fc.constantFrom('T', ' '),
  minutes: fc.tuple(padded(2, 23), padded(2, 59)).map((each) => each.join(':')),
  seconds: padded(2, 59),
  fraction: fc.stringMatching(/^\d{1,12}$/),
  zone,
  length: fc.nat(3),
});

type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

/** Spells a time out to one of the four lengths it may have. */
function spell({ date, blank, minutes, seconds, fraction, zone, length }: Parts): string {
  const clock = [
    '',
    `${blank}${minutes}`,
    `${blank}${minutes}:${seconds}`,
    `${blank}${minutes}:${seconds}.${fraction}`,
  ];
  return `${date}${clock[length]}${zone}`;
}

/** The microseconds of a time, from JavaScript's own dates. */
function microsOf({ date, minutes, seconds, fraction, zone, length }: Parts): bigint {
  const clock = [`00:00:00`, `${minutes}:00`, `${minutes}:${seconds}`, `${minutes}:${seconds}`][length];
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const iso = `${date}T${clock}.000${offset === null ? 'Z' : `${offset[1]}${offset[2]}:${offset[3]}`}`;
  const micros = length === 3 ? BigInt(fraction.padEnd(6, '0').slice(0, 6)) : 0n;
  return BigInt(Date.parse(iso)) * 1000n + micros;
}

describe('a time', () => {
  test('is read as JavaScript reads it, whatever its form', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const cut = given.length === 3 && /[1-9]/.test(given.fraction.slice(6));
        expect(readTime(spell(given))).toEqual({ micros: microsOf(given), cut });
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads back exactly as it was stored', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const text = spell(given);
        const stored = storedTime(text);
        expect(stored.text ?? canonicalTime(stored.micros)).toBe(text);
        expect(stored.micros).toBe(Number(microsOf(given)));
      }),
      { numRuns: 1_000 },
    );
  });

  test('in the form that pytest-monitor writes is stored without its text', () => {
    fc.assert(
      fc.property(parts, ({ date, minutes, seconds, fraction }) => {
        const text = `${date}T${minutes}:${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}`;
        fc.pre(text < '2250' && text > '1690');
        expect(storedTime(text).text).toBeNull();
      }),
    );
  });

  test('in that form, or nearly, is read as the grammar reads it', () => {
    const canonical = '2024-02-29T23:59:58.012345';
    const characters = fc.constantFrom('', '0', '1', '2', '9', ':', '-', '.', 'T', ' ', '\u0663');
    const nearly = fc
      .tuple(fc.nat(canonical.length), characters)
      .map(([at, by]) => canonical.slice(0, at) + by + canonical.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(nearly, parts.map(spell)), (text) => {
        fc.pre(!/Z$|[+-]\d\d:?\d\d$/.test(text));
        // With a zone it is not in that form any more, and means the same.
        expect(readTime(text)).toEqual(readTime(`${text}Z`));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps its order in microseconds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -62_000_000_000_000_000n, max: 9_000_000_000_000_000n }), (micros) => {
        const text = canonicalTime(Number(micros)) ?? '';
        fc.pre(Number.isSafeInteger(Number(micros)));
        expect(readTime(text)?.micros).toBe(micros);
      }),
    );
  });

  test.each([
    '2024-02-29',
    '2000-02-29T00:00',
    '0000-02-29',
    '2024-03-01T10:11',
    '2024-03-01 10:11:12',
    '2024-03-01T10:11:12.1',
    '2024-03-01T10:11:12.123456789012345Z',
    '2024-03-01Z',
    '2024-03-01+0130',
    '2024-03-01T10:11-01:30',
    '9999-12-31T23:59:59.999999-23:59',
  ])('may be %s', (text) => {
    expect(readTime(text)).toBeDefined();
  });

  test.each([
    '',
    ...' |now|2024|2024-03|20240301|24-03-01|2024-3-1|12024-03-01|-2024-03-01|1709287872'.split('|'),
    ...'2024-00-01|2024-13-01|2024-03-00|2024-03-32|2024-04-31|2023-02-29|1900-02-29'.split('|'),
    ...'2024-03-01T|2024-03-01T10|2024-03-01T10:|2024-03-01T10:1|2024-03-01T1:11|2024-03-01t10:11'.split('|'),
    ...'2024-03-01T24:00|2024-03-01T10:60|2024-03-01T10:11:60|2024-03-01T10:11:12.'.split('|'),
    ...'2024-03-01  10:11|2024-03-01T10:11z|2024-03-01T10:11+1|2024-03-01T10:11+24:00'.split('|'),
    ...'2024-03-01T10:11+01:60|2024-03-01T10:11+01:3| 2024-03-01|2024-03-01 |2024-03-01\n'.split('|'),
    ...'2024-03-01T10:11:12,5|\u0662024-03-01'.split('|'),
  ])('may not be %j', (text) => {
    expect(readTime(text)).toBeUndefined();
    expect(() => storedTime(text)).toThrow(RangeError);
  });

  test('is refused or read in time linear to any length', () => {
    const started = performance.now();
    expect(readTime(`2024-03-01T10:11:12.${'1'.repeat(60_000)}`)).toBeDefined();
    expect(readTime(`2024-03-01T10:11:12.${'1'.repeat(60_000)}x`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('outside of the years 0 to 9999 has no canonical form', () => {
    expect(canonicalTime(Date.UTC(9999, 11, 31, 23, 59, 59) * 1000)).toMatch(/^9999-12-31T23:59:59/);
    expect(canonicalTime(Date.UTC(10_000, 0) * 1000)).toBeUndefined();
    expect(canonicalTime(Date.parse('0000-01-01T00:00:00Z') * 1000 - 1_000)).toBeUndefined();
    expect(canonicalTime(Number.NaN)).toBeUndefined();
    expect(canonicalTime(-1)).toBe('1969-12-31T23:59:59.999999');
  });
});
