import {
  BUILD_TAG,
  PIPELINE_TAG,
  storedTime,
  tagOf,
  type Context,
  type ExportFilter,
  type ExportJoin,
  type Metric,
  type Session,
} from '@monitor-server/contract';
import type { Model } from './model.ts';

const METRIC_COLUMNS = [
  'session_h',
  'context_h',
  'item_start_time',
  'item_path',
  'item',
  'item_variant',
  'item_fs_loc',
  'kind',
  'component',
  'total_time',
  'user_time',
  'kernel_time',
  'cpu_usage',
  'mem_usage',
] as const;

const JOINED_COLUMNS = {
  session: ['run_date', 'scm_ref', 'pipeline', 'build', 'tags'],
  context: [
    'cpu_count',
    'cpu_frequency',
    'cpu_type',
    'cpu_vendor',
    'ram_total',
    'machine_node',
    'machine_type',
    'machine_arch',
    'system_info',
    'python_info',
  ],
} as const;

/** A line: the columns in order, each with its value. */
export type Line = readonly (readonly [name: string, value: unknown])[];

export function namesOf(joined: readonly ExportJoin[]): string[] {
  return [...METRIC_COLUMNS, ...joined.flatMap((join) => JOINED_COLUMNS[join])];
}

function pipelineOf(session: Session): string | undefined {
  return tagOf(session, PIPELINE_TAG);
}

function buildOf(session: Session): string | undefined {
  return pipelineOf(session) === undefined ? undefined : tagOf(session, BUILD_TAG);
}

function sessionColumns(session: Session | undefined): unknown[] {
  if (session === undefined) return JOINED_COLUMNS.session.map(() => null);
  // What JSON makes of an object with such names: own members, also of `__proto__`.
  const tags = JSON.parse(
    `{${session.tags.map((pair) => pair.map((text) => JSON.stringify(text)).join(':')).join(',')}}`,
  ) as unknown;
  return [session.run_date, session.scm_ref, pipelineOf(session) ?? null, buildOf(session) ?? null, tags];
}

function contextColumns(context: Context | undefined): unknown[] {
  return JOINED_COLUMNS.context.map((name) => context?.[name] ?? null);
}

function fits(metric: Metric, session: Session | undefined, filter: ExportFilter): boolean {
  const same = (value: string | undefined, wanted: string | undefined): boolean =>
    wanted === undefined || value === wanted;
  const { since = -Infinity, until = Infinity } = filter.range ?? {};
  const { micros } = storedTime(metric.item_start_time);
  return (
    same(metric.component, filter.component) &&
    same(metric.session_h, filter.session) &&
    same(metric.context_h, filter.context) &&
    same(metric.item, filter.item) &&
    same(metric.item_variant, filter.variant) &&
    same(metric.kind, filter.kind) &&
    same(session && pipelineOf(session), filter.pipeline) &&
    same(session && buildOf(session), filter.build) &&
    (filter.scm === undefined || session?.scm_ref?.startsWith(filter.scm) === true) &&
    micros >= since &&
    micros < until
  );
}

/** What an export must have, found by a search from end to end. */
export function exportOf(
  { metrics, sessions, contexts }: Model,
  filter: ExportFilter,
  joined: readonly ExportJoin[],
): Line[] {
  const bySession = new Map(sessions.map((session) => [session.session_h, session]));
  const byContext = new Map(contexts.map((context) => [context.h, context]));
  const names = namesOf(joined);
  return metrics
    .filter((metric) => fits(metric, bySession.get(metric.session_h), filter))
    .map((metric) => {
      const values = [
        ...METRIC_COLUMNS.map((name) => metric[name]),
        ...(joined.includes('session') ? sessionColumns(bySession.get(metric.session_h)) : []),
        ...(joined.includes('context') ? contextColumns(byContext.get(metric.context_h)) : []),
      ];
      return names.map((name, at) => [name, values[at]] as const);
    });
}
