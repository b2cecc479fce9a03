import { MetricColumns } from '../collections/metric-columns.ts';
import { Field, MetricScope } from '../enums.ts';
import { INSPECT } from '../inspection.ts';
import type { MetricRecord } from '../records.ts';
import { Timestamp } from '../timestamp.ts';
import { digestOf } from './digest.ts';
import { selectFields, type Selection } from './selection.ts';

/** What a metric can be made of; texts are empty and numbers NaN where they are left out. */
export interface MetricInit {
  contextH?: string;
  sessionH?: string;
  startTime?: string;
  itemPath?: string;
  item?: string;
  variant?: string;
  path?: string;
  kind?: MetricScope | (string & {});
  component?: string;
  wallTime?: number;
  userTime?: number;
  kernelTime?: number;
  cpuUsage?: number;
  memoryUsage?: number;
}

/** The fields of a metric in the order in which they are exported. */
export const METRIC_FIELDS = [
  Field.SESSION_H,
  Field.CONTEXT_H,
  Field.ITEM_START_TIME,
  Field.ITEM_PATH,
  Field.ITEM,
  Field.ITEM_VARIANT,
  Field.ITEM_FS_LOC,
  Field.KIND,
  Field.COMPONENT,
  Field.TOTAL_TIME,
  Field.USER_TIME,
  Field.KERNEL_TIME,
  Field.CPU_USAGE,
  Field.MEM_USAGE,
] as const;

export type MetricField = (typeof METRIC_FIELDS)[number];

/** The name of each field in records. */
export const METRIC_KEYS: Readonly<Record<MetricField, keyof MetricRecord>> = {
  session_h: 'session_h',
  context_h: 'context_h',
  start_time: 'item_start_time',
  item_path: 'item_path',
  item: 'item',
  variant: 'item_variant',
  path: 'item_fs_loc',
  kind: 'kind',
  component: 'component',
  wall_time: 'total_time',
  user_time: 'user_time',
  kernel_time: 'kernel_time',
  cpu_usage: 'cpu_usage',
  memory_usage: 'mem_usage',
};

/** The record that a description of a metric stands for. */
export function metricRecord(init: MetricInit): MetricRecord {
  return {
    session_h: init.sessionH ?? '',
    context_h: init.contextH ?? '',
    item_start_time: init.startTime ?? '',
    item_path: init.itemPath ?? '',
    item: init.item ?? '',
    item_variant: init.variant ?? '',
    item_fs_loc: init.path ?? '',
    kind: init.kind ?? MetricScope.FUNCTION,
    component: init.component ?? '',
    total_time: init.wallTime ?? Number.NaN,
    user_time: init.userTime ?? Number.NaN,
    kernel_time: init.kernelTime ?? Number.NaN,
    cpu_usage: init.cpuUsage ?? Number.NaN,
    mem_usage: init.memoryUsage ?? Number.NaN,
  };
}

/** What pytest-monitor measured of one test in one run. A number that was not recorded is NaN. */
export class Metric {
  readonly #columns: MetricColumns;
  readonly #row: number;

  /** Collections make metrics of their columns and a row; everyone else of a description. */
  constructor(init?: MetricInit);
  constructor(columns: MetricColumns, row: number);
  constructor(from: MetricInit | MetricColumns = {}, row = 0) {
    if (from instanceof MetricColumns) {
      this.#columns = from;
    } else {
      this.#columns = new MetricColumns(1);
      this.#columns.append(metricRecord(from));
    }
    this.#row = row;
  }

  /** The hash of the session that ran the test. */
  get session(): string {
    return this.#columns.textAt('session_h', this.#row);
  }

  /** The same as `session`. */
  get sessionH(): string {
    return this.session;
  }

  /** The hash of the execution context the test ran in. */
  get context(): string {
    return this.#columns.textAt('context_h', this.#row);
  }

  /** The same as `context`. */
  get contextH(): string {
    return this.context;
  }

  /** When the test started, to the microsecond. A time without a zone counts as UTC. */
  get runTime(): Timestamp {
    return new Timestamp(this.#columns.microsAt(this.#row));
  }

  /** When the test started, as it was recorded. */
  get startTime(): string {
    return this.#columns.timeAt(this.#row);
  }

  /** The path under which Python imports the test. */
  get itemPath(): string {
    return this.#columns.textAt('item_path', this.#row);
  }

  /** The name of the test. Different components may have tests of the same name. */
  get item(): string {
    return this.#columns.textAt('item', this.#row);
  }

  /** The name of the test with its parameters. */
  get variant(): string {
    return this.#columns.textAt('item_variant', this.#row);
  }

  /** The file that holds the test, relative to where pytest ran. */
  get path(): string {
    return this.#columns.textAt('item_fs_loc', this.#row);
  }

  /** What was measured: one of `MetricScope`, though servers know more kinds. */
  get scope(): MetricScope | (string & {}) {
    return this.#columns.textAt('kind', this.#row);
  }

  /** The component that the test belongs to; empty where it belongs to none. */
  get component(): string {
    return this.#columns.textAt('component', this.#row);
  }

  /** Elapsed time in seconds. */
  get wallTime(): number {
    return this.#columns.numberAt('total_time', this.#row);
  }

  /** Time in user mode, in seconds. */
  get userTime(): number {
    return this.#columns.numberAt('user_time', this.#row);
  }

  /** Time in kernel mode, in seconds. */
  get kernelTime(): number {
    return this.#columns.numberAt('kernel_time', this.#row);
  }

  /** Used CPU as a ratio: 0.66 is 66 % of one CPU, 3.77 is nearly four CPUs all the time. */
  get cpuUsage(): number {
    return this.#columns.numberAt('cpu_usage', this.#row);
  }

  /** Used memory in MB; it can be negative. */
  get memoryUsage(): number {
    return this.#columns.numberAt('mem_usage', this.#row);
  }

  isFunction(): boolean {
    return this.scope === MetricScope.FUNCTION;
  }

  isModule(): boolean {
    return this.scope === MetricScope.MODULE;
  }

  isPackage(): boolean {
    return this.scope === MetricScope.PACKAGE;
  }

  /** 32 hexadecimal digits made of all fourteen values: the same for equal metrics, different for others. */
  hash(): string {
    return digestOf(this.toRecord());
  }

  /** The metric under the names of `Field`, in their order; times are texts as they were recorded. */
  toDict(selection: Selection = {}): Record<string, string | number> {
    const record = this.toRecord();
    return Object.fromEntries(
      selectFields(METRIC_FIELDS, selection).map((field) => [field, record[METRIC_KEYS[field]]]),
    );
  }

  /** The metric under the names that servers use. */
  toRecord(): MetricRecord {
    return this.#columns.recordAt(this.#row);
  }

  toJSON(): Record<string, string | number> {
    return this.toDict();
  }

  /** @internal Without this, the console would show `Metric {}`. */
  [INSPECT](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `Metric ${inspect(this.toDict(), options)}`;
  }
}
