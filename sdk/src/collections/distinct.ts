import { NUMBER_KEYS, TEXT_KEYS, type MetricColumns } from './metric-columns.ts';

/** The columns of all fourteen values as 32-bit words; two rows are alike where all their words are. */
function wordsOf(columns: MetricColumns): { single: Uint32Array[]; double: Uint32Array[] } {
  const words = (array: Float64Array): Uint32Array =>
    new Uint32Array(array.buffer, array.byteOffset, array.length * 2);
  return {
    single: TEXT_KEYS.map((key) => columns.texts(key).codes),
    double: [...NUMBER_KEYS.map((key) => columns.numbers(key)), columns.micros()].map(words),
  };
}

/** The rows that are not equal to an earlier one, in order. Takes time linear in the number of rows. */
export function distinctRows(columns: MetricColumns): Uint32Array {
  const { length } = columns;
  const { single, double } = wordsOf(columns);

  function hash(row: number): number {
    let value = 0;
    for (const words of single) value = Math.imul(value ^ (words[row] ?? 0), 0x9e3779b1) ^ (value >>> 15);
    for (const words of double) {
      value = Math.imul(value ^ (words[2 * row] ?? 0), 0x9e3779b1) ^ (value >>> 15);
      value = Math.imul(value ^ (words[2 * row + 1] ?? 0), 0x9e3779b1) ^ (value >>> 15);
    }
    return value ^ (value >>> 13);
  }

  function equal(a: number, b: number): boolean {
    return (
      single.every((words) => words[a] === words[b]) &&
      double.every((words) => words[2 * a] === words[2 * b] && words[2 * a + 1] === words[2 * b + 1]) &&
      columns.oddTimeAt(a) === columns.oddTimeAt(b)
    );
  }

  // Open addressing at half load: place → row + 1. A `Map` by text would take ten times the memory.
  const places = new Uint32Array(2 ** Math.ceil(Math.log2(length * 2 + 2)));
  const mask = places.length - 1;
  return columns.rowsWhere((row) => {
    for (let place = hash(row) & mask; ; place = (place + 1) & mask) {
      const other = places[place] ?? 0;
      if (other === 0) {
        places[place] = row + 1;
        return true;
      }
      if (equal(other - 1, row)) return false;
    }
  });
}
