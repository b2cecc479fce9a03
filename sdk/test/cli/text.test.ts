import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { barOf, sharesOf } from '../../src/cli/bar.ts';
import { change, quantity } from '../../src/cli/quantities.ts';
import { tableOf } from '../../src/cli/table.ts';
import { printable, shortened } from '../../src/cli/text.ts';
import { ResourceType } from '../../src/enums.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 60 });

const anyCharacters = fc
  .array(fc.integer({ min: 0, max: 0x10_ff_ff }))
  .map((codes) => String.fromCodePoint(...codes));

test('a text is cut to its width, whatever characters it has', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, width) => {
      const line = printable(text);
      const cut = shortened(line, width);
      expect(stringWidth(cut)).toBeLessThanOrEqual(width);
      expect(cut === line).toBe(stringWidth(line) <= width);
    }),
  );
  expect(shortened('test_round_trip[10000]', 15)).toBe('test_ro…[10000]');
  expect(shortened('東京タワー検索', 8)).toBe('東京…索');
});

test('what would act on a terminal is spelled out', () => {
  expect(printable('a\u001b[31mb\nc\u009bd\u202ee')).toBe('a\\u001b[31mb\\nc\\u009bd\\u202ee');
  fc.assert(
    fc.property(anyCharacters, (text) => {
      // eslint-disable-next-line no-control-regex
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});

test('a table is never wider than the terminal while its columns can give way', () => {
  const row = fc.record({
    name: anyText,
    value: fc.double({ noNaN: true, min: 0, max: 1e6 }),
    note: anyText,
  });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 30, max: 200 }),
      (rows, width) => {
        const table = tableOf(
          rows,
          [
            { title: 'name', text: ({ name }) => name, min: 10 },
            { title: 'value', text: ({ value }) => value.toFixed(0), align: 'right' },
            { bar: ({ value }) => value },
            { title: 'note', text: ({ note }) => note, min: 5, optional: true },
          ],
          { width, paint: (_, text) => text },
        );
        const lines = table.split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('bars are as long as their share, and what is there can be seen', () => {
  expect([0, 0.001, 0.5, 1, Number.NaN].map((share) => barOf(share, 4))).toEqual(['', '▏', '██', '████', '']);
  expect(sharesOf([-1, 2, Number.NaN, 4])).toEqual([0, 0.5, 0, 1]);
});

test.each([
  [ResourceType.TOTAL_TIME, 0, '0 s'],
  [ResourceType.TOTAL_TIME, 0.000_000_4, '0.400 µs'],
  [ResourceType.TOTAL_TIME, 0.0123, '12.3 ms'],
  [ResourceType.TOTAL_TIME, 59.96, '60.0 s'],
  [ResourceType.TOTAL_TIME, 90, '1.50 min'],
  [ResourceType.TOTAL_TIME, 7200, '2.00 h'],
  [ResourceType.CPU, 3.766, '377 %'],
  [ResourceType.MEMORY, -3.25, '-3.25 MB'],
  [ResourceType.MEMORY, 2048, '2.00 GB'],
  [ResourceType.MEMORY, Number.NaN, ''],
])('%s of %d is %s', (resource, value, text) => {
  expect(quantity(resource, value)).toBe(text);
});

test('changes are told as people say them', () => {
  expect([1.5, 1.05, 0.5, 1, 0.9999, 2.5, Number.NaN].map(change)).toEqual([
    '+50 %',
    '+5.0 %',
    '−50 %',
    '0 %',
    '0 %',
    '×2.50',
    '',
  ]);
});
