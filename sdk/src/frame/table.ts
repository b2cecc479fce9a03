import type { ColumnTable } from 'arquero';
import { Timestamp } from '../timestamp.ts';
import type { Frame, FrameColumn, TextFrameColumn, TimeFrameColumn } from './frame.ts';

/** What arquero needs to know of a column. Values are made when they are asked for, so a table costs no copy. */
interface Column<T> {
  readonly length: number;
  at(row: number): T;
  [Symbol.iterator](): Iterator<T>;
}

function columnOf<T>(length: number, at: (row: number) => T): Column<T> {
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let row = 0; row < length; row++) yield at(row);
    },
  };
}

function texts({ codes, texts }: TextFrameColumn): Column<string | null> {
  return columnOf(codes.length, (row) => texts[codes[row] ?? -1] ?? null);
}

function times({ micros }: TimeFrameColumn): Column<Timestamp | null> {
  return columnOf(micros.length, (row) => {
    const value = micros[row] ?? Number.NaN;
    return Number.isNaN(value) ? null : new Timestamp(value);
  });
}

function tableColumn(column: FrameColumn): Column<string | number | Timestamp | null> {
  switch (column.kind) {
    case 'text':
      return texts(column);
    case 'number':
      return column.values as Column<number>;
    default:
      return times(column);
  }
}

/** An arquero table over the columns of a frame; arquero is loaded when this is first called. */
export async function tableOf({ columns }: Frame): Promise<ColumnTable> {
  const { table } = await import('arquero');
  return table(columns.map((column) => [column.name, tableColumn(column)]));
}
