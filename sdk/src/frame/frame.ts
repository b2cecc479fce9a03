import type { Dictionary } from '../collections/dictionary.ts';

/** Row `r` has `texts[codes[r]]`, or nothing where the code is negative. */
export interface TextFrameColumn {
  readonly kind: 'text';
  readonly name: string;
  readonly codes: Int32Array;
  readonly texts: readonly string[];
}

/** NaN where a row has no number. */
export interface NumberFrameColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
}

/** Microseconds since 1970 UTC, NaN where a row has no valid time. */
export interface TimeFrameColumn {
  readonly kind: 'time';
  readonly name: string;
  readonly micros: Float64Array;
  /** The time as it was recorded, which is not always in the canonical form. */
  readonly textAt: (row: number) => string;
}

export type FrameColumn = TextFrameColumn | NumberFrameColumn | TimeFrameColumn;

/** Named columns of equal length: what every tabular form is made of. */
export interface Frame {
  readonly length: number;
  readonly columns: readonly FrameColumn[];
}

/** A column of the texts that `textAt` gives for each row, null for none. */
export function textColumn(
  name: string,
  length: number,
  dictionary: Dictionary,
  textAt: (row: number) => string | null | undefined,
): TextFrameColumn {
  const codes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const text = textAt(row);
    codes[row] = text === null || text === undefined ? -1 : dictionary.codeOf(text);
  }
  return { kind: 'text', name, codes, texts: dictionary.texts };
}

/** The rows of a column in another order, or several times; a negative number gives a row with nothing. */
export function gatherColumn(column: FrameColumn, rows: Int32Array): FrameColumn {
  switch (column.kind) {
    case 'text':
      return { ...column, codes: rows.map((row) => (row < 0 ? -1 : (column.codes[row] ?? -1))) };
    case 'number':
      return { ...column, values: gatherNumbers(column.values, rows) };
    default:
      return {
        ...column,
        micros: gatherNumbers(column.micros, rows),
        textAt: (row) => column.textAt(rows[row] ?? -1),
      };
  }
}

function gatherNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const gathered = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) gathered[at] = values[rows[at] ?? -1] ?? Number.NaN;
  return gathered;
}
