import { canonicalTime } from '@monitor-server/contract/values';
import type { MetricRecord } from '../records.ts';
import { readCanonical, readMicros } from '../timestamp.ts';
import { Dictionary } from './dictionary.ts';

/** The texts of a metric, by their names in records. */
export const TEXT_KEYS = [
  'session_h',
  'context_h',
  'item_path',
  'item',
  'item_variant',
  'item_fs_loc',
  'kind',
  'component',
] as const;

/** The measured numbers of a metric, by their names in records. */
export const NUMBER_KEYS = ['total_time', 'user_time', 'kernel_time', 'cpu_usage', 'mem_usage'] as const;

export type TextKey = (typeof TEXT_KEYS)[number];
export type NumberKey = (typeof NUMBER_KEYS)[number];

/** Texts of rows: row `r` has `texts[codes[r]]`. There may be texts that no row uses. */
export interface TextColumn {
  readonly codes: Uint32Array;
  readonly texts: readonly string[];
}

const FIRST_CAPACITY = 16;

function grown<A extends Float64Array | Uint32Array>(array: A, capacity: number): A {
  const larger = new (array.constructor as new (length: number) => A)(capacity);
  larger.set(array);
  return larger;
}

/**
 * Metrics by column: 80 bytes a row, and every text once. Rows are only ever added, so an entity that refers to a row
 * stays valid.
 */
export class MetricColumns {
  #length = 0;
  #capacity: number;
  readonly #dictionaries: Record<TextKey, Dictionary>;
  readonly #codes: Record<TextKey, Uint32Array>;
  readonly #numbers: Record<NumberKey, Float64Array>;
  #micros: Float64Array;
  /** The latest row that was appended with each variant. */
  readonly #latest: number[] = [];
  /** The times whose text differs from the canonical form of their microseconds, by row. */
  readonly #times = new Map<number, string>();

  /** @internal Room for some rows, and texts to share with other columns. */
  constructor(capacity = FIRST_CAPACITY, dictionaries?: Record<TextKey, Dictionary>) {
    this.#capacity = capacity;
    this.#dictionaries = dictionaries ?? record(TEXT_KEYS, () => new Dictionary());
    this.#codes = record(TEXT_KEYS, () => new Uint32Array(capacity));
    this.#numbers = record(NUMBER_KEYS, () => new Float64Array(capacity));
    this.#micros = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The texts of one field; a view that rows added later are not in. */
  texts(key: TextKey): TextColumn {
    return { codes: this.#codes[key].subarray(0, this.#length), texts: this.#dictionaries[key].texts };
  }

  /** The numbers of one field; a view that rows added later are not in. */
  numbers(key: NumberKey): Float64Array {
    return this.#numbers[key].subarray(0, this.#length);
  }

  /** Start times in microseconds since 1970 UTC, NaN where there is no valid one; a view as above. */
  micros(): Float64Array {
    return this.#micros.subarray(0, this.#length);
  }

  textAt(key: TextKey, row: number): string {
    return this.#dictionaries[key].texts[this.#codes[key][row] ?? -1] ?? '';
  }

  numberAt(key: NumberKey, row: number): number {
    return this.#numbers[key][row] ?? Number.NaN;
  }

  microsAt(row: number): number {
    return this.#micros[row] ?? Number.NaN;
  }

  /** The start time as it was recorded, where that is not the canonical form of its microseconds. */
  oddTimeAt(row: number): string | undefined {
    return this.#times.get(row);
  }

  /** The start time as it was recorded. */
  timeAt(row: number): string {
    return this.#times.get(row) ?? canonicalTime(this.microsAt(row)) ?? '';
  }

  /** A row under the names that servers use. */
  recordAt(row: number): MetricRecord {
    return {
      session_h: this.textAt('session_h', row),
      context_h: this.textAt('context_h', row),
      item_start_time: this.timeAt(row),
      item_path: this.textAt('item_path', row),
      item: this.textAt('item', row),
      item_variant: this.textAt('item_variant', row),
      item_fs_loc: this.textAt('item_fs_loc', row),
      kind: this.textAt('kind', row),
      component: this.textAt('component', row),
      total_time: this.numberAt('total_time', row),
      user_time: this.numberAt('user_time', row),
      kernel_time: this.numberAt('kernel_time', row),
      cpu_usage: this.numberAt('cpu_usage', row),
      mem_usage: this.numberAt('mem_usage', row),
    };
  }

  /** The rows whose text of a field is this one. */
  rowsOf(key: TextKey, text: string): Uint32Array {
    const code = this.#dictionaries[key].find(text);
    if (code === undefined) return new Uint32Array(0);
    return this.rowsWhere((row) => this.#codes[key][row] === code);
  }

  /** The rows for which a condition holds, in order. */
  rowsWhere(condition: (row: number) => boolean): Uint32Array {
    const rows = new Uint32Array(this.#length);
    let found = 0;
    for (let row = 0; row < this.#length; row++) if (condition(row)) rows[found++] = row;
    return rows.slice(0, found);
  }

  /** Adds a row. */
  append(metric: MetricRecord): void {
    const row = this.#newRow();
    // Spelled out because a loop over the keys takes twice as long, and this runs for every metric that is read.
    const codes = this.#codes;
    const dictionaries = this.#dictionaries;
    codes.session_h[row] = dictionaries.session_h.codeOf(metric.session_h);
    codes.context_h[row] = dictionaries.context_h.codeOf(metric.context_h);
    const variant = dictionaries.item_variant.codeOf(metric.item_variant);
    codes.item_variant[row] = variant;
    // What else names a test is mostly that of the latest row of the same variant.
    const twin = this.#latest[variant] ?? row;
    this.#latest[variant] = row;
    codes.item_path[row] = dictionaries.item_path.codeOf(metric.item_path, codes.item_path[twin]);
    codes.item[row] = dictionaries.item.codeOf(metric.item, codes.item[twin]);
    codes.item_fs_loc[row] = dictionaries.item_fs_loc.codeOf(metric.item_fs_loc, codes.item_fs_loc[twin]);
    codes.kind[row] = dictionaries.kind.codeOf(metric.kind, codes.kind[twin]);
    codes.component[row] = dictionaries.component.codeOf(metric.component, codes.component[twin]);
    const numbers = this.#numbers;
    numbers.total_time[row] = metric.total_time;
    numbers.user_time[row] = metric.user_time;
    numbers.kernel_time[row] = metric.kernel_time;
    numbers.cpu_usage[row] = metric.cpu_usage;
    numbers.mem_usage[row] = metric.mem_usage;
    const time = metric.item_start_time;
    const canonical = readCanonical(time);
    const micros = canonical ?? readMicros(time);
    this.#micros[row] = micros;
    if (canonical === undefined && canonicalTime(micros) !== time) this.#times.set(row, time);
  }

  /** Adds all rows of others, in order. */
  appendAll(others: MetricColumns): void {
    const first = this.#length;
    const { length } = others;
    this.#reserve(first + length);
    for (const key of TEXT_KEYS) {
      const { codes, texts } = others.texts(key);
      const dictionary = this.#dictionaries[key];
      if (dictionary === others.#dictionaries[key]) {
        this.#codes[key].set(codes, first);
        continue;
      }
      const translation = new Int32Array(texts.length).fill(-1);
      for (const [at, code] of codes.entries()) {
        let own = translation[code] ?? -1;
        if (own < 0) translation[code] = own = dictionary.codeOf(texts[code] ?? '');
        this.#codes[key][first + at] = own;
      }
    }
    for (const key of NUMBER_KEYS) this.#numbers[key].set(others.numbers(key), first);
    this.#micros.set(others.micros(), first);
    for (const [row, time] of others.#times) this.#times.set(first + row, time);
    this.#length += length;
  }

  /** The rows of these numbers, in their order, as columns of their own; the texts are shared. */
  select(rows: Uint32Array): MetricColumns {
    const selected = new MetricColumns(Math.max(rows.length, 1), this.#dictionaries);
    selected.#length = rows.length;
    for (const key of TEXT_KEYS) gather(this.#codes[key], rows, selected.#codes[key]);
    for (const key of NUMBER_KEYS) gather(this.#numbers[key], rows, selected.#numbers[key]);
    gather(this.#micros, rows, selected.#micros);
    if (this.#times.size > 0) {
      for (const [at, row] of rows.entries()) {
        const time = this.#times.get(row);
        if (time !== undefined) selected.#times.set(at, time);
      }
    }
    return selected;
  }

  #newRow(): number {
    if (this.#length === this.#capacity) this.#reserve(this.#length + 1);
    return this.#length++;
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return;
    this.#capacity = Math.max(length, this.#capacity * 2);
    for (const key of TEXT_KEYS) this.#codes[key] = grown(this.#codes[key], this.#capacity);
    for (const key of NUMBER_KEYS) this.#numbers[key] = grown(this.#numbers[key], this.#capacity);
    this.#micros = grown(this.#micros, this.#capacity);
  }
}

function record<K extends string, V>(keys: readonly K[], value: () => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, value()])) as Record<K, V>;
}

function gather(from: Float64Array | Uint32Array, rows: Uint32Array, into: Float64Array | Uint32Array): void {
  for (let at = 0; at < rows.length; at++) into[at] = from[rows[at] ?? 0] ?? 0;
}
