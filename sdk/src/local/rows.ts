import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';
import { METRICS } from './layout.ts';
import { readTags } from './tags.ts';

/** A row as SQLite gives it; where a number is missing, there is null. */
export type Row = { row: number } & Record<string, unknown>;

export const METRIC_COLUMNS = ['row', ...METRICS.columns.map(([key]) => key)].join(', ');

export function metricRecord(row: Row): MetricRecord {
  const { row: _row, ...record } = row as unknown as MetricRecord & { row: number };
  record.total_time ??= Number.NaN;
  record.user_time ??= Number.NaN;
  record.kernel_time ??= Number.NaN;
  record.cpu_usage ??= Number.NaN;
  record.mem_usage ??= Number.NaN;
  return record;
}

/** A row of sessions: the description is text. */
export function sessionRecord(row: Row): SessionRecord {
  const { session_h, run_date, scm_ref, description } = row as unknown as SessionRecord & {
    description: string | null;
  };
  return { session_h, run_date, scm_ref, tags: readTags(description) };
}

/** A row of contexts: pytest-monitor has 0 for what cannot be read of a machine, and so has what it did not read. */
export function contextRecord(row: Row): ContextRecord {
  const { row: _row, ...record } = row as unknown as ContextRecord & { row: number };
  record.cpu_count ??= 0;
  record.cpu_frequency ??= 0;
  record.ram_total ??= 0;
  return record;
}
