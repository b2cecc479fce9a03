import type { ExportFormat, ExportJoin } from '@monitor-server/contract';
import type { ExportQuery, StoreReader } from '../../src/index.ts';
import type { Line } from './export-model.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes all chunks, each as a text. */
export async function chunksOf(reader: StoreReader, query: ExportQuery): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of reader.export(query)) chunks.push(decoder.decode(chunk));
  return chunks;
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;

/** Reads RFC 4180; an empty field without quotes is null. Fails where the text is none. */
export function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    FIELD.lastIndex = at;
    const match = FIELD.exec(text);
    if (match === null) throw new Error(`no CSV from ${JSON.stringify(text.slice(at, at + 200))}`);
    const [whole, quoted, plain, end] = match;
    at += whole.length;
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** Columns that are no text. */
const NUMBERS = new Set(['total_time', 'user_time', 'kernel_time', 'cpu_usage', 'mem_usage']).union(
  new Set(['cpu_count', 'cpu_frequency', 'ram_total']),
);

function valueOf(name: string, field: string | null): unknown {
  if (field === null) return null;
  if (NUMBERS.has(name)) return Number(field);
  return name === 'tags' ? JSON.parse(field) : field;
}

function linesOfCsv(text: string): { names: string[]; lines: Line[] } {
  const [head = [], ...rows] = readCsv(text);
  const names = head.map((name) => name ?? '');
  const lines = rows.map((row) => {
    if (row.length !== names.length) throw new Error(`${row.length} fields under ${names.length} names`);
    return names.map((name, at) => [name, valueOf(name, row[at] ?? null)] as const);
  });
  return { names, lines };
}

function linesOfNdjson(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => Object.entries(JSON.parse(line) as object));
}

/** Reads an export back: its columns, where it says them, and its lines. */
export async function readExport(
  reader: StoreReader,
  filter: ExportQuery['filter'],
  format: ExportFormat,
  joined: ExportJoin[],
): Promise<{ names?: string[]; lines: Line[] }> {
  const text = (await chunksOf(reader, { filter, format, joined })).join('');
  return format === 'csv' ? linesOfCsv(text) : { lines: linesOfNdjson(text) };
}
