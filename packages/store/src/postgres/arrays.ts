import { types } from 'pg';

// Columns of many rows as one parameter each, in PostgreSQL's binary format. Against arrays that pg writes as text, rows
// of metrics go in up to a third faster and take a fifth of our processor time; COPY is no faster.

const { BYTEA, FLOAT8, INT4, INT8, TEXT, UUID } = types.builtins;

/** Dimensions, whether there are nulls, type; then length and lower bound of the one dimension. */
const HEADER = 20;
/** Stands before each element. */
const LENGTH = 4;
const NULL = -1;

const WORD = 2 ** 32;

/** An array with room for its elements, as bytes and as a view of them; views are the fastest way to write numbers. */
function arrayOf(type: number, length: number, room: number): { bytes: Buffer; view: DataView } {
  const bytes = Buffer.allocUnsafe(HEADER + room);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setInt32(0, 1);
  view.setInt32(4, 1);
  view.setInt32(8, type);
  view.setInt32(12, length);
  view.setInt32(16, 1);
  return { bytes, view };
}

type Column<T> = ArrayLike<T> & Iterable<T>;

/** For a parameter that is an `integer[]`. */
export function integers(values: Column<number>): Buffer {
  const { bytes, view } = arrayOf(INT4, values.length, values.length * (LENGTH + 4));
  for (let index = 0, at = HEADER; index < values.length; index++, at += LENGTH + 4) {
    view.setInt32(at, 4);
    view.setInt32(at + LENGTH, values[index] as number);
  }
  return bytes;
}

/** For a parameter that is a `bigint[]`. */
export function bigints(values: Column<number>): Buffer {
  const { bytes, view } = arrayOf(INT8, values.length, values.length * (LENGTH + 8));
  for (let index = 0, at = HEADER; index < values.length; index++, at += LENGTH + 8) {
    const value = values[index] as number;
    const high = Math.floor(value / WORD);
    view.setInt32(at, 8);
    view.setInt32(at + LENGTH, high);
    view.setUint32(at + LENGTH + 4, value - high * WORD);
  }
  return bytes;
}

/** For a parameter that is a `double precision[]`; NaN stands for null. */
export function doubles(values: Column<number>): Buffer {
  const { bytes, view } = arrayOf(FLOAT8, values.length, values.length * (LENGTH + 8));
  let at = HEADER;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    const isNull = Number.isNaN(value);
    view.setInt32(at, isNull ? NULL : 8);
    at += LENGTH;
    if (isNull) continue;
    view.setFloat64(at, value);
    at += 8;
  }
  return bytes.subarray(0, at);
}

/** Elements of any length. */
function strings(type: number, values: readonly (Buffer | null)[]): Buffer {
  const room = values.reduce((sum, value) => sum + LENGTH + (value?.length ?? 0), 0);
  const { bytes, view } = arrayOf(type, values.length, room);
  let at = HEADER;
  for (const value of values) {
    view.setInt32(at, value?.length ?? NULL);
    at += LENGTH;
    if (value !== null) at += value.copy(bytes, at);
  }
  return bytes;
}

/** For a parameter that is a `bytea[]`. */
export function byteStrings(values: readonly (Buffer | null)[]): Buffer {
  return strings(BYTEA, values);
}

/** For a parameter that is a `text[]`. */
export function texts(values: readonly (string | null)[]): Buffer {
  const encoded = values.map((value) => (value === null ? null : Buffer.from(value)));
  return strings(TEXT, encoded);
}

/** For a parameter that is a `uuid[]`; each has 16 bytes. */
export function uuids(values: readonly Buffer[]): Buffer {
  return strings(UUID, values);
}

// The other way round: what `array_send(array_agg(…))` gives. It takes a tenth of the time that rows take.

const viewOf = (array: Buffer): DataView => new DataView(array.buffer, array.byteOffset, array.length);

const lengthOf = (array: Buffer, size: number): number => (array.length - HEADER) / (LENGTH + size);

/** Reads an `integer[]` without nulls. */
export function readIntegers(array: Buffer): Int32Array {
  const view = viewOf(array);
  const values = new Int32Array(lengthOf(array, 4));
  for (let index = 0; index < values.length; index++) {
    values[index] = view.getInt32(HEADER + LENGTH + index * (LENGTH + 4));
  }
  return values;
}

/** Reads a `bigint[]` without nulls, whose elements are below 2^53. */
export function readBigints(array: Buffer): Float64Array {
  const view = viewOf(array);
  const values = new Float64Array(lengthOf(array, 8));
  for (let index = 0; index < values.length; index++) {
    const at = HEADER + LENGTH + index * (LENGTH + 8);
    values[index] = view.getInt32(at) * WORD + view.getUint32(at + 4);
  }
  return values;
}

/** Reads a `double precision[]` without nulls. */
export function readDoubles(array: Buffer): Float64Array {
  const view = viewOf(array);
  const values = new Float64Array(lengthOf(array, 8));
  for (let index = 0; index < values.length; index++) {
    values[index] = view.getFloat64(HEADER + LENGTH + index * (LENGTH + 8));
  }
  return values;
}
