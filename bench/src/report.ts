import { readFileSync, writeFileSync } from 'node:fs';
import type { Part } from './options.ts';

/** A limit and whether what was measured keeps it. */
export interface Verdict {
  limit: string;
  measured: string;
  isKept: boolean;
}

export interface Report {
  part: Part;
  /** How it was measured, beside the date and the machine. */
  how: string;
  markdown: string;
  verdicts: Verdict[];
}

const document = new URL('../../docs/performance.md', import.meta.url);

export const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map((_cell, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const milliseconds = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

export const verdictTable = (verdicts: Verdict[]): string =>
  table(
    ['limit', 'measured', ''],
    verdicts.map(({ limit, measured, isKept }) => [limit, measured, isKept ? 'kept' : '**missed**']),
  );

/** Where a part's tables begin and end in a text. Throws where it has no place for them. */
const placeOf = (part: Part, text: string): { from: number; to: number } => {
  const begin = `<!-- bench:${part} -->`;
  const end = `<!-- /bench:${part} -->`;
  const [at, to] = [text.indexOf(begin), text.indexOf(end)];
  if (at < 0 || to < at) throw new Error(`docs/performance.md has no ${begin} … ${end}`);
  return { from: at + begin.length, to };
};

/** Throws where docs/performance.md has no place for one of these parts; better now than after hours. */
export const checkPlaces = (parts: Iterable<Part>): void => {
  const text = readFileSync(document, 'utf8');
  for (const part of parts) placeOf(part, text);
};

/** Puts a part's tables between its markers in docs/performance.md; the rest stays as it is. */
export const write = ({ part, markdown }: Report): void => {
  const text = readFileSync(document, 'utf8');
  const { from, to } = placeOf(part, text);
  writeFileSync(document, `${text.slice(0, from)}\n${markdown}\n${text.slice(to)}`);
};
