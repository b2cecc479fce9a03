import type { Table as ArrowTable } from '@uwdata/flechette';
import type { ColumnTable } from 'arquero';
import { Metric } from '../entities/metric.ts';
import type { Selection } from '../entities/selection.ts';
import { arrowOf } from '../frame/arrow.ts';
import { csvOf } from '../frame/csv.ts';
import type { Frame } from '../frame/frame.ts';
import { metricFrame, type Companions } from '../frame/metric-frame.ts';
import { parquetOf } from '../frame/parquet.ts';
import { tableOf } from '../frame/table.ts';
import type { MetricRecord } from '../records.ts';
import { dumpText, dumpTo, loadFrom, type FileOptions } from '../serial/files.ts';
import type { Format } from '../serial/format.ts';
import { recordsOf } from '../serial/reading.ts';
import { metricSection } from '../serial/sections.ts';
import { distinctRows } from './distinct.ts';
import { MetricColumns } from './metric-columns.ts';

/** Whether a collection is changed itself, instead of a new one being made. */
export interface InPlace {
  inplace?: boolean | undefined;
}

/** Which fields of metrics are exported, and what stands beside them. */
export interface MetricExport extends Selection, Companions {}

/**
 * Metrics in an order. Inside they are columns, so that a million takes some hundred megabytes; entities are made
 * when they are asked for, and stay valid whatever becomes of the collection.
 */
export class Metrics implements Iterable<Metric> {
  #columns: MetricColumns;

  constructor(metrics: Iterable<Metric> | MetricColumns = []) {
    this.#columns = metrics instanceof MetricColumns ? metrics : new MetricColumns();
    if (!(metrics instanceof MetricColumns)) for (const metric of metrics) this.add(metric);
  }

  /** The values by column, for whoever computes over many of them. */
  get columns(): MetricColumns {
    return this.#columns;
  }

  get length(): number {
    return this.#columns.length;
  }

  /** The metric at a position, from the end where it is negative; undefined where there is none. */
  at(position: number): Metric | undefined {
    const row = position < 0 ? this.length + position : position;
    return Number.isInteger(row) && row >= 0 && row < this.length
      ? new Metric(this.#columns, row)
      : undefined;
  }

  *[Symbol.iterator](): Generator<Metric> {
    const columns = this.#columns;
    for (let row = 0; row < columns.length; row++) yield new Metric(columns, row);
  }

  /** Adds a metric at the end and gives it back. */
  add(metric: Metric): Metric {
    this.#columns.append(metric.toRecord());
    return metric;
  }

  /** The metrics from a position up to, but not including, another; both may count from the end. */
  slice(start?: number, end?: number): Metrics {
    const rows = Uint32Array.from({ length: this.length }, (_, row) => row);
    return this.#select(rows.slice(start, end), {});
  }

  /** The metrics for which a condition holds, in a new collection, or in this one where `inplace` is set. */
  filterWith(condition: (metric: Metric) => boolean, options: InPlace = {}): Metrics {
    const columns = this.#columns;
    return this.#select(
      columns.rowsWhere((row) => condition(new Metric(columns, row))),
      options,
    );
  }

  /** All metrics of a test, whatever its parameters, in a new collection. */
  variantsOf(item: string): Metrics {
    return this.#select(this.#columns.rowsOf('item', item), {});
  }

  /** Each metric once: of those equal in all fourteen values the first stays. */
  unique(options: InPlace = {}): Metrics {
    return this.#select(distinctRows(this.#columns), options);
  }

  /** The metrics of both collections, each once, in a new one. */
  static merge(first: Metrics, second: Metrics): Metrics {
    const columns = new MetricColumns(Math.max(first.length + second.length, 1));
    columns.appendAll(first.#columns);
    columns.appendAll(second.#columns);
    return new Metrics(columns).unique({ inplace: true });
  }

  /** The metrics of this collection and another, each once, in a new one. */
  merge(other: Metrics): Metrics {
    return Metrics.merge(this, other);
  }

  /**
   * An arquero table: a row for each metric, a column for each field, then those of its session (the tags each in one
   * of their own) and of its context, where these are given. Times are `Timestamp`s, numbers that were not recorded NaN.
   */
  toTable(options: MetricExport = {}): Promise<ColumnTable> {
    return tableOf(this.#frame(options));
  }

  /** The columns of `toTable` as an Apache Arrow table: dictionaries of texts, doubles, microseconds. */
  toArrow(options: MetricExport = {}): Promise<ArrowTable> {
    return arrowOf(this.#frame(options));
  }

  /** The columns of `toTable` as CSV, names in the first line, times as they were recorded. */
  toCSV(options: MetricExport = {}): string {
    return [...csvOf(this.#frame(options))].join('');
  }

  /** The columns of `toTable` as a Parquet file. */
  toParquet(options: MetricExport = {}): Promise<Uint8Array> {
    return parquetOf(this.#frame(options));
  }

  /** `{metrics: {metric_0: …, metric_1: …}}`, under the names of `Field`. */
  toJSON(): { metrics: Record<string, Record<string, unknown>> } {
    const records = [...this.#records()];
    return {
      metrics: Object.fromEntries(
        records.map((record, at) => [metricSection.keyOf(record, at), metricSection.dictOf(record)]),
      ),
    };
  }

  /** Writes the collection to a file (Node.js only), which is there as a whole or not at all. */
  dump(path: string, options: FileOptions = {}): Promise<void> {
    return dumpTo(path, metricSection, this.#records(), options);
  }

  /** The collection as a text. */
  dumps(format: Format): Promise<string> {
    return dumpText(format, metricSection, this.#records());
  }

  /** Reads the metrics of a file (Node.js only). */
  static async load(path: string, options: FileOptions = {}): Promise<Metrics> {
    const columns = new MetricColumns();
    for await (const record of loadFrom(path, metricSection, options)) columns.append(record);
    return new Metrics(columns);
  }

  /** Reads the metrics of a text; throws a FormatError where it has not the form. */
  static async loads(text: string, format: Format): Promise<Metrics> {
    const columns = new MetricColumns();
    for (const record of await recordsOf(format, metricSection, text)) columns.append(record);
    return new Metrics(columns);
  }

  *#records(): Generator<MetricRecord> {
    const columns = this.#columns;
    for (let row = 0; row < columns.length; row++) yield columns.recordAt(row);
  }

  #frame({ keep, drop, ...companions }: MetricExport): Frame {
    return metricFrame(this.#columns, companions, { keep, drop });
  }

  #select(rows: Uint32Array, { inplace }: InPlace): Metrics {
    const columns = this.#columns.select(rows);
    if (inplace !== true) return new Metrics(columns);
    this.#columns = columns;
    return this;
  }
}
