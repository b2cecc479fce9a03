import type { Value } from './columns.ts';
import type { LineFormat } from './format.ts';
import { tagsAsJson } from './ndjson.ts';

const NEEDS_QUOTES = /[",\r\n]/;

/** Nothing stands for null; an empty text is quoted, so that the two can be told apart. */
function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : tagsAsJson(value);
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180, with a line of names first. */
export const csv: LineFormat = {
  head: (names) => `${names.join(',')}\r\n`,

  fields: (_, values) => values.map(field).join(','),

  line: ({ session, context, start, test, numbers, joined }) =>
    `${session},${context},${start},${test},${numbers.join(',')}${joined}\r\n`,
};
