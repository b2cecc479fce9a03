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

/** Puts a part's tables between its markers in docs/performance.md; the rest stays as it is. */
export const write = ({ part, markdown }: Report): void => {
  const text = readFileSync(document, 'utf8');
  const begin = `<!-- bench:${part} -->`;
  const end = `<!-- /bench:${part} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no ${begin} … ${end}`);
  writeFileSync(document, `${text.slice(0, from + begin.length)}\n${markdown}\n${text.slice(to)}`);
};
