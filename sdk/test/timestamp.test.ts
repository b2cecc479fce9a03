import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timestamp } from '../src/index.ts';
import { readCanonical, readMicros } from '../src/timestamp.ts';

test('a timestamp is a date that keeps its microseconds', () => {
  const earlier = Timestamp.from('2024-03-01T10:11:12.123456');
  const later = Timestamp.from('2024-03-01T12:11:12.123457+02:00');
  expect(earlier).toBeInstanceOf(Date);
  expect(earlier.micros).toBe(1_709_287_872_123_456);
  expect(earlier.getTime()).toBe(1_709_287_872_123);
  expect(earlier.toISOString()).toBe('2024-03-01T10:11:12.123456Z');
  expect(inspect(earlier)).toBe('2024-03-01T10:11:12.123456Z');
  expect(inspect(Timestamp.from(''))).toBe('Invalid Date');
  expect(JSON.stringify(earlier)).toBe('"2024-03-01T10:11:12.123456Z"');
  expect(later > earlier).toBe(true);
  expect(Number(later) - Number(earlier)).toBeCloseTo(0.001, 3);
  expect(earlier > new Date('2024-03-01T10:11:12.123Z')).toBe(true);
  expect(Timestamp.from('1969-12-31T23:59:59.999999').toISOString()).toBe('1969-12-31T23:59:59.999999Z');
});

test('what is no time is an invalid date', () => {
  expect(Timestamp.from('soon').getTime()).toBeNaN();
  expect(() => Timestamp.from('').toISOString()).toThrow(RangeError);
});

test('the fast way of reading a time gives what the thorough one gives, or nothing', () => {
  const part = (min: number, max: number, length: number) =>
    fc.integer({ min, max }).map((value) => String(value).padStart(length, '0'));
  const time = fc
    .tuple(
      part(0, 9999, 4),
      part(0, 13, 2),
      part(0, 32, 2),
      part(0, 25, 2),
      part(0, 61, 2),
      part(0, 61, 2),
      part(0, 999_999, 6),
    )
    .map(
      ([year, month, day, hour, minute, second, micros]) =>
        `${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}`,
    );
  const spoiled = fc
    .tuple(time, fc.nat(25), fc.constantFrom('x', ' ', '-', ':', '９'))
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(time, spoiled), (text) => {
      const thorough = readMicros(text);
      expect(readCanonical(text) ?? thorough).toBe(thorough);
    }),
    { numRuns: 2000 },
  );
  expect(readCanonical('2024-02-28T23:59:59.999999')).toBe(1_709_164_799_999_999);
  expect(readCanonical('2023-02-29T00:00:00.000000')).toBeUndefined();
});
