import { CONTEXT_FIELDS, CONTEXT_KEYS } from '../entities/context.ts';
import { METRIC_FIELDS, METRIC_KEYS } from '../entities/metric.ts';
import { FormatError } from '../errors.ts';
import { Field } from '../enums.ts';
import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';

export type Dict = Record<string, unknown>;

/** How one kind of entity is written and read. */
export interface Section<R> {
  /** What the entities stand under in a document. */
  readonly name: string;
  /** What a line is marked with. */
  readonly type: string;
  /** What an entity stands under; `at` is its number from 0. */
  keyOf(record: R, at: number): string;
  /** An entity under the names of `Field`. */
  dictOf(record: R): Dict;
  /** An entity under the names that servers use. */
  lineOf(record: R): Dict;
  /** Reads either; throws a FormatError that names the field which is wrong. */
  recordOf(dict: Dict): R;
}

/** The value of a field under its own name or that of servers. */
function valueOf(dict: Dict, names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(dict, each));
  return name === undefined ? undefined : dict[name];
}

function textOf(dict: Dict, ...names: [string, ...string[]]): string {
  const value = valueOf(dict, names) ?? '';
  if (typeof value === 'string') return value;
  throw new FormatError(`${names[0]} must be a text, not ${JSON.stringify(value)}`);
}

/** A number; what was NaN is written as null and read as NaN again. */
function numberOf(dict: Dict, ...names: [string, ...string[]]): number {
  const value = valueOf(dict, names) ?? Number.NaN;
  if (typeof value === 'number') return value;
  throw new FormatError(`${names[0]} must be a number, not ${JSON.stringify(value)}`);
}

const METRIC_NUMBERS: ReadonlySet<string> = new Set([
  Field.TOTAL_TIME,
  Field.USER_TIME,
  Field.KERNEL_TIME,
  Field.CPU_USAGE,
  Field.MEM_USAGE,
]);

export const metricSection: Section<MetricRecord> = {
  name: 'metrics',
  type: 'metric',
  keyOf: (_, at) => `metric_${at}`,
  dictOf: (record) => Object.fromEntries(METRIC_FIELDS.map((field) => [field, record[METRIC_KEYS[field]]])),
  lineOf: (record) => ({ ...record }),
  recordOf: (dict) =>
    Object.fromEntries(
      METRIC_FIELDS.map((field) => {
        const key = METRIC_KEYS[field];
        return [key, METRIC_NUMBERS.has(field) ? numberOf(dict, field, key) : textOf(dict, field, key)];
      }),
    ) as unknown as MetricRecord,
};

function tagsOf(value: unknown): SessionRecord['tags'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(`tags must be a dictionary, not ${JSON.stringify(value)}`);
  }
  return Object.entries(value).map(([name, tag]) => {
    if (typeof tag === 'string') return [name, tag];
    throw new FormatError(`the tag ${name} must be a text, not ${JSON.stringify(tag)}`);
  });
}

export const sessionSection: Section<SessionRecord> = {
  name: 'sessions',
  type: 'session',
  keyOf: ({ session_h }) => session_h,
  dictOf: ({ session_h, scm_ref, run_date, tags }) => ({
    h: session_h,
    scm: scm_ref,
    run_date,
    tags: Object.fromEntries(tags),
  }),
  lineOf: ({ session_h, scm_ref, run_date, tags }) => ({
    session_h,
    run_date,
    scm_ref,
    description: Object.fromEntries(tags),
  }),
  recordOf: (dict) => ({
    session_h: textOf(dict, 'h', 'session_h'),
    scm_ref: (valueOf(dict, ['scm', 'scm_ref']) ?? null) === null ? null : textOf(dict, 'scm', 'scm_ref'),
    run_date: textOf(dict, 'run_date'),
    tags: tagsOf(valueOf(dict, ['tags', 'description']) ?? {}),
  }),
};

const CONTEXT_NUMBERS: ReadonlySet<string> = new Set([
  Field.CPU_COUNT,
  Field.CPU_FREQUENCY_MHZ,
  Field.RAM_TOTAL_MB,
]);

export const contextSection: Section<ContextRecord> = {
  name: 'contexts',
  type: 'context',
  keyOf: ({ h }) => h,
  dictOf: (record) => Object.fromEntries(CONTEXT_FIELDS.map((field) => [field, record[CONTEXT_KEYS[field]]])),
  lineOf: (record) => ({ ...record }),
  recordOf: (dict) =>
    Object.fromEntries(
      CONTEXT_FIELDS.map((field) => {
        const key = CONTEXT_KEYS[field];
        return [key, CONTEXT_NUMBERS.has(field) ? numberOf(dict, field, key) : textOf(dict, field, key)];
      }),
    ) as unknown as ContextRecord,
};
