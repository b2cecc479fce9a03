import { hash, type ContextPost, type Metric } from '@monitor-server/testing';
import { letter } from '@monitor-server/testing/letter';
import * as fc from 'fast-check';

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

/** Texts of all kinds, unpaired surrogates and U+0000 among them. */
export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: letter, maxLength: 40 }),
  fc.string({ unit, maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '/',
    '//',
    '..',
    '%',
    '%2F',
    '%zz',
    '?',
    '#',
    '+',
    '&',
    '=',
    '\u0000',
    '__proto__',
    'NaN',
    'null',
  ),
  fc.constantFrom(
    'metrics',
    'count',
    'like',
    'items',
    "'; DROP TABLE metric; --",
    '\uD800',
    '\uFEFF',
    '\u2028',
    'İ',
  ),
);

/** A text the server has to take. */
export const text = anyText.map((value) => value.replaceAll('\u0000', ''));

/** Never empty and never twice the same, so that what is stored under it can be read back alone. */
const ownHash = text.map((value) => `${hash()}${value}`);

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
);

const pad = (value: number): string => String(value).padStart(2, '0');
const below = (limit: number) => fc.integer({ min: 0, max: limit - 1 }).map(pad);
const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,20}$/));
const seconds = fc.oneof(
  fc.constant(''),
  fc.tuple(below(60), fraction).map(([second, rest]) => `:${second}${rest}`),
);
const zone = fc.oneof(
  fc.constantFrom('', 'Z'),
  fc
    .tuple(fc.constantFrom('+', '-'), below(15), fc.constantFrom(':', ''), below(60))
    .map((parts) => parts.join('')),
);
const clock = fc
  .tuple(fc.constantFrom('T', ' '), below(24), below(60), seconds, zone)
  .map(([separator, hour, minute, rest, offset]) => `${separator}${hour}:${minute}${rest}${offset}`);

/** A time in the grammar of the contract. */
export const time = fc
  .tuple(day, fc.oneof(fc.constant(''), clock))
  .map(([date, rest]) => `${date.toISOString().slice(0, 10)}${rest}`);

/** A time with one character changed, which may still be one. */
export const almostTime = fc
  .tuple(time, fc.nat(), fc.oneof(fc.constantFrom('', '0', '9', ':', '-', 'T', ' ', 'Z', '.', '+'), anyText))
  .map(
    ([value, at, other]) => value.slice(0, at % value.length) + other + value.slice((at % value.length) + 1),
  );

const kind = text.filter((value) => value !== '');

export const metricRow: fc.Arbitrary<Metric> = fc.record({
  session_h: ownHash,
  context_h: ownHash,
  item_start_time: time,
  item_path: text,
  item: text,
  item_variant: text,
  item_fs_loc: text,
  kind,
  component: text,
  total_time: number,
  user_time: number,
  kernel_time: number,
  cpu_usage: number,
  mem_usage: number,
});

const size = fc.integer({ min: 0, max: 2 ** 31 });

export const contextRow: fc.Arbitrary<ContextPost> = fc.record({
  h: ownHash,
  cpu_count: size,
  cpu_frequency: fc.double({ min: 0, max: 1e6, noNaN: true }),
  cpu_type: text,
  cpu_vendor: text,
  ram_total: size,
  machine_node: text,
  machine_type: text,
  machine_arch: text,
  system_info: text,
  python_info: text,
});

/** A tag as the name and the JSON text of its value, and the text it must come back as. */
const value = fc.oneof(
  text.map((plain) => ({ json: JSON.stringify(plain), plain: plain.toWellFormed() })),
  number.map((n) => ({ json: JSON.stringify(n), plain: JSON.stringify(n) })),
  fc
    .stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?$/)
    .map((json) => ({ json, plain: json })),
  fc.boolean().map((flag) => ({ json: String(flag), plain: flag ? 'True' : 'False' })),
);
const tag = fc.record({ name: fc.oneof(text, fc.nat().map(String)), value });

export const sessionRow = fc.record({
  session_h: ownHash,
  run_date: time,
  scm_ref: fc.option(text),
  tags: fc.uniqueArray(tag, { selector: ({ name }) => name.toWellFormed(), maxLength: 8 }),
});

/** Any JSON there is, as its text. */
export const anyJson = fc.oneof(
  fc.json(),
  fc.jsonValue({ maxDepth: 4 }).map((any) => JSON.stringify(any)),
);

/** The row as it must be read back: surrogates without a partner replaced, and no difference between 0 and -0. */
export const readBack = <T>(row: T): T =>
  JSON.parse(JSON.stringify(row), (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  );
