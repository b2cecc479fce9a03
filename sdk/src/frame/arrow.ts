import type { DataType, Table } from '@uwdata/flechette';
import type { Frame, FrameColumn } from './frame.ts';

type Flechette = typeof import('@uwdata/flechette');

/** A bit for each row, set where it has a value; nothing where all have one. */
function validity(length: number, isValid: (row: number) => boolean): { bits?: Uint8Array; nulls: number } {
  const bits = new Uint8Array(Math.ceil(length / 8));
  let nulls = 0;
  for (let row = 0; row < length; row++) {
    if (isValid(row)) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    else nulls++;
  }
  return nulls === 0 ? { nulls } : { bits, nulls };
}

/** Arrow keeps columns as we do, so they are handed over as they are; only times become 64-bit integers. */
function arrowColumn(arrow: Flechette, column: FrameColumn) {
  const build = (
    type: DataType,
    values: Int32Array | Float64Array | BigInt64Array,
    isValid: (row: number) => boolean,
  ) => {
    const { bits = new Uint8Array(0), nulls } = validity(values.length, isValid);
    const Batch = arrow.batchType(type);
    return new Batch({ length: values.length, nullCount: nulls, type, validity: bits, values });
  };
  switch (column.kind) {
    case 'text': {
      const { codes, texts } = column;
      // The encoder knows a dictionary by its type, so both must be the same object.
      const textType = arrow.utf8();
      const batch = build(arrow.dictionary(textType, arrow.int32()), codes, (row) => (codes[row] ?? -1) >= 0);
      // Readers take an empty dictionary for one that is missing.
      batch.setDictionary(arrow.columnFromArray(texts.length === 0 ? [''] : [...texts], textType));
      return new arrow.Column([batch]);
    }
    case 'number': {
      const { values } = column;
      return new arrow.Column([build(arrow.float64(), values, (row) => !Number.isNaN(values[row]))]);
    }
    default: {
      const { micros } = column;
      const isValid = (row: number): boolean => !Number.isNaN(micros[row]);
      const values = BigInt64Array.from(micros, (value) => (Number.isNaN(value) ? 0n : BigInt(value)));
      return new arrow.Column([build(arrow.timestamp(arrow.TimeUnit.MICROSECOND, 'UTC'), values, isValid)]);
    }
  }
}

/**
 * An Apache Arrow table of a frame: texts as dictionaries, numbers as doubles, times in microseconds. Flechette, which
 * makes it, is loaded when this is first called.
 */
export async function arrowOf({ columns }: Frame): Promise<Table> {
  const arrow = await import('@uwdata/flechette');
  return arrow.tableFromColumns(columns.map((column) => [column.name, arrowColumn(arrow, column)]));
}
