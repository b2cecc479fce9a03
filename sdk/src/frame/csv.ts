import type { Frame, FrameColumn } from './frame.ts';

const SPECIAL = /[",\r\n]/;

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The cells of a column by row. A text that occurs in many rows is quoted once. */
function cellsOf(column: FrameColumn): (row: number) => string {
  switch (column.kind) {
    case 'text': {
      const cells = column.texts.map(quoted);
      return (row) => cells[column.codes[row] ?? -1] ?? '';
    }
    case 'number':
      return (row) => {
        const value = column.values[row] ?? Number.NaN;
        return Number.isNaN(value) ? '' : String(value);
      };
    default:
      return (row) => quoted(column.textAt(row));
  }
}

const CHUNK_ROWS = 1000;

/**
 * A frame as CSV (RFC 4180, but with line feeds), in pieces of a thousand rows: the first line has the names. What is
 * not there is an empty cell; times are as they were recorded.
 */
export function* csvOf({ length, columns }: Frame): Generator<string> {
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\n`;
  const cells = columns.map(cellsOf);
  for (let start = 0; start < length; start += CHUNK_ROWS) {
    let chunk = '';
    for (let row = start; row < Math.min(start + CHUNK_ROWS, length); row++) {
      chunk += `${cells.map((cellAt) => cellAt(row)).join(',')}\n`;
    }
    yield chunk;
  }
}
