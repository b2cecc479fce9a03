import type { Frame, FrameColumn } from './frame.ts';

/** The type of a column in the file; all may have nothing in a row. */
function schemaElement({ kind, name }: FrameColumn) {
  const repetition_type = 'OPTIONAL' as const;
  switch (kind) {
    case 'text':
      return { name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type };
    case 'number':
      return { name, type: 'DOUBLE' as const, repetition_type };
    default:
      return { name, type: 'INT64' as const, converted_type: 'TIMESTAMP_MICROS' as const, repetition_type };
  }
}

function valueAt(column: FrameColumn, row: number): string | number | bigint | null {
  switch (column.kind) {
    case 'text':
      return column.texts[column.codes[row] ?? -1] ?? null;
    case 'number': {
      const value = column.values[row] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    }
    default: {
      const micros = column.micros[row] ?? Number.NaN;
      return Number.isNaN(micros) ? null : BigInt(micros);
    }
  }
}

/** The writer takes slices of a group of rows; only they are ever arrays of values. */
function rowsOf(column: FrameColumn, length: number) {
  return {
    length,
    slice: (start: number, end: number) =>
      Array.from({ length: Math.min(end, length) - start }, (_, at) => valueAt(column, start + at)),
  };
}

/**
 * A frame as a Parquet file: texts in dictionaries, numbers as doubles, times in microseconds UTC. The writer is
 * loaded when this is first called.
 */
export async function parquetOf({ length, columns }: Frame): Promise<Uint8Array> {
  const { ByteWriter, parquetWrite } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  await parquetWrite({
    writer,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)],
    columnData: columns.map((column) => ({
      name: column.name,
      data: rowsOf(column, length) as unknown as unknown[],
    })),
  });
  return writer.getBytes();
}
