import type { Context, ExportJoin, Session, TagPair } from '@monitor-server/contract';
import { BUILD_TAG, PIPELINE_TAG, resources, tagOf } from '@monitor-server/contract/values';

/** What a column has: a number or text, tags, or null for what is not there. */
export type Value = string | number | readonly TagPair[] | null;

/** The columns of a metric that its test has. */
export const TEST_COLUMNS = [
  'item_path',
  'item',
  'item_variant',
  'item_fs_loc',
  'kind',
  'component',
] as const;

const SESSION_COLUMNS = ['run_date', 'scm_ref', 'pipeline', 'build', 'tags'] as const;

const CONTEXT_COLUMNS = [
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
] as const satisfies readonly (keyof Context)[];

/** The columns that each join adds. Their hashes are among those of the metric already. */
export const JOINED_COLUMNS = { session: SESSION_COLUMNS, context: CONTEXT_COLUMNS } as const;

/** The names of all columns of an export, in order; those of sessions before those of contexts. */
export function columnsOf(joined: readonly ExportJoin[]): string[] {
  return [
    'session_h',
    'context_h',
    'item_start_time',
    ...TEST_COLUMNS,
    ...resources,
    ...(joined.includes('session') ? SESSION_COLUMNS : []),
    ...(joined.includes('context') ? CONTEXT_COLUMNS : []),
  ];
}

/**
 * The joined columns of a session; all null while it has not been posted. `pipeline` and `build` are what the filters of
 * those names go by: a build is one of its pipeline.
 */
export function sessionValues(posted: Session | undefined): Value[] {
  if (posted === undefined) return SESSION_COLUMNS.map(() => null);
  const pipeline = tagOf(posted, PIPELINE_TAG) ?? null;
  const build = pipeline === null ? null : (tagOf(posted, BUILD_TAG) ?? null);
  return [posted.run_date, posted.scm_ref, pipeline, build, posted.tags];
}

/** The joined columns of a context; all null while it has not been posted. */
export function contextValues(posted: Context | undefined): Value[] {
  return CONTEXT_COLUMNS.map((name) => posted?.[name] ?? null);
}
