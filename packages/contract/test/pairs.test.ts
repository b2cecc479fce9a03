import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairsUnder } from '../src/pairs.ts';
import { letter } from './letter.ts';

const scalar = fc.oneof(
  fc.string({ unit: letter, maxLength: 12 }),
  fc.constantFrom('', '{', '"', '\\', ',', ':', '}', '\\"', '\u2028', '//', '{"a": 1}'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
);

/** Names that `JSON.parse` keeps as they are. */
const name = fc
  .oneof(fc.string({ unit: letter, maxLength: 8 }), fc.constantFrom('a', 'b', '{', '"', ',', ':', 'tags'))
  .filter((text) => !/^\d+$/.test(text) && text !== '__proto__');

const description = fc.dictionary(name, scalar, { maxKeys: 8, noNullPrototype: true });

/** How a value of JSON is written in a tag. */
function spelled(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

function pairsOf(json: string): unknown {
  return pairsUnder('d', json);
}

describe('the pairs under a key', () => {
  test('are those that JSON.parse finds', () => {
    fc.assert(
      fc.property(description, fc.constantFrom(undefined, 1, '\t'), fc.json(), (given, indent, other) => {
        const json = JSON.stringify(
          { before: JSON.parse(other) as unknown, d: given, after: given },
          null,
          indent,
        );
        const expected = Object.entries(JSON.parse(JSON.stringify(given)) as object);
        expect(pairsOf(json)).toEqual({
          ok: true,
          pairs: expected.map(([key, value]) => [key, spelled(value)]),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('are the same in a string that holds the object', () => {
    fc.assert(
      fc.property(description, fc.constantFrom(undefined, 2), (given, indent) => {
        const inner = JSON.stringify(given, null, indent);
        expect(pairsOf(JSON.stringify({ d: inner }))).toEqual(pairsOf(`{"d": ${inner}}`));
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, [string, string][]]>([
    ['{"d": {}}', []],
    ['{"d": "{}"}', []],
    ['{"d": " { } "}', []],
    [
      '{"d": {"2": "b", "1": "a", "x": "c", "0": "d"}}',
      [
        ['2', 'b'],
        ['1', 'a'],
        ['x', 'c'],
        ['0', 'd'],
      ],
    ],
    [
      '{"d": {"__proto__": "p", "constructor": "c"}}',
      [
        ['__proto__', 'p'],
        ['constructor', 'c'],
      ],
    ],
    [
      '{"d": {"a": 1.0, "b": 1e5, "c": -0, "d": 12345678901234567890}}',
      [
        ['a', '1.0'],
        ['b', '1e5'],
        ['c', '-0'],
        ['d', '12345678901234567890'],
      ],
    ],
    [
      '{"d": {"a": true, "b": false}}',
      [
        ['a', 'True'],
        ['b', 'False'],
      ],
    ],
    [
      '{"d": {"a": "1", "b": "x", "a": "2"}}',
      [
        ['a', '2'],
        ['b', 'x'],
      ],
    ],
    ['{"d": {"a": "1"}, "d": {"b": "2"}}', [['b', '2']]],
    ['{"\\u0064": {"\\u0061": "\\u0062"}}', [['a', 'b']]],
    ['{"x": {"d": {"no": "no"}}, "y": [{"d": 1}], "z": "d", "d": {"a": "b"}}', [['a', 'b']]],
    ['{"x": "\\"d\\": {}", "d":{"a":"b"}}', [['a', 'b']]],
  ])('of %s', (json, pairs) => {
    expect(pairsOf(json)).toEqual({ ok: true, pairs });
  });

  test.each<[string, RegExp]>([
    ['{}', /required/],
    ['{"x": {"d": {}}}', /required/],
    ['{"x": "d"}', /required/],
    ['{"d": null}', /must be an object/],
    ['{"d": []}', /must be an object/],
    ['{"d": 1}', /must be an object/],
    ['{"d": true}', /must be an object/],
    ['{"d": ""}', /must be an object/],
    ['{"d": "x"}', /must be an object/],
    ['{"d": "[]"}', /must be an object/],
    ['{"d": "{} {}"}', /must be an object/],
    ['{"d": "\\"{}\\""}', /must be an object/],
    ['{"d": {"a": null}}', /"a"/],
    ['{"d": {"a": []}}', /"a"/],
    ['{"d": {"ok": 1, "b": {"c": 1}}}', /"b"/],
    ['{"d": "{\\"a\\": null}"}', /"a"/],
  ])('are refused in %s', (json, fault) => {
    expect(pairsOf(json)).toEqual({ ok: false, fault: expect.stringMatching(fault) as string });
  });

  test('are found in long texts in time linear to their length', () => {
    const started = performance.now();
    const long = '\\"'.repeat(250_000);
    expect(pairsOf(`{"x": "${long}", "d": {"a": "${long}"}}`)).toMatchObject({ ok: true });
    expect(pairsOf(`{"x": ${'['.repeat(5_000)}${']'.repeat(5_000)}, "d": {}}`)).toMatchObject({ ok: true });
    expect(
      pairsOf(`{"d": {${Array.from({ length: 20_000 }, (_, at) => `"${at}": ${at}`).join()}}}`),
    ).toMatchObject({
      ok: true,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
