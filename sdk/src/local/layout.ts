/**
 * The tables of pytest-monitor, and of the original monitor-server where it calls a column otherwise, and what their
 * columns are called in records; the kind says how a value is read.
 */
interface Layout {
  readonly table: string;
  readonly columns: readonly (readonly [
    key: string,
    column: string | readonly string[],
    kind: 'text' | 'number' | 'optional',
  ])[];
}

export const METRICS: Layout = {
  table: 'TEST_METRICS',
  columns: [
    ['session_h', 'SESSION_H', 'text'],
    ['context_h', ['ENV_H', 'CONTEXT_H'], 'text'],
    ['item_start_time', 'ITEM_START_TIME', 'text'],
    ['item_path', 'ITEM_PATH', 'text'],
    ['item', 'ITEM', 'text'],
    ['item_variant', 'ITEM_VARIANT', 'text'],
    ['item_fs_loc', 'ITEM_FS_LOC', 'text'],
    ['kind', 'KIND', 'text'],
    ['component', 'COMPONENT', 'text'],
    ['total_time', 'TOTAL_TIME', 'number'],
    ['user_time', 'USER_TIME', 'number'],
    ['kernel_time', 'KERNEL_TIME', 'number'],
    ['cpu_usage', 'CPU_USAGE', 'number'],
    ['mem_usage', 'MEM_USAGE', 'number'],
  ],
};

export const SESSIONS: Layout = {
  table: 'TEST_SESSIONS',
  columns: [
    ['session_h', 'SESSION_H', 'text'],
    ['run_date', 'RUN_DATE', 'text'],
    ['scm_ref', ['SCM_ID', 'SCM_REF'], 'optional'],
    ['description', ['RUN_DESCRIPTION', 'DESCRIPTION'], 'optional'],
  ],
};

export const CONTEXTS: Layout = {
  table: 'EXECUTION_CONTEXTS',
  columns: [
    ['h', 'ENV_H', 'text'],
    ['cpu_count', 'CPU_COUNT', 'number'],
    ['cpu_frequency', 'CPU_FREQUENCY_MHZ', 'number'],
    ['cpu_type', 'CPU_TYPE', 'text'],
    ['cpu_vendor', 'CPU_VENDOR', 'text'],
    ['ram_total', 'RAM_TOTAL_MB', 'number'],
    ['machine_node', 'MACHINE_NODE', 'text'],
    ['machine_type', 'MACHINE_TYPE', 'text'],
    ['machine_arch', 'MACHINE_ARCH', 'text'],
    ['system_info', 'SYSTEM_INFO', 'text'],
    ['python_info', 'PYTHON_INFO', 'text'],
  ],
};

/**
 * A table as a query that gives its rows under the names of records, beside their numbers as `row`. Versions of
 * pytest-monitor differ in their columns: one that is not there reads as an empty text or as no number, and a whole
 * table that is not there as an empty one.
 */
export function selectAll({ table, columns }: Layout, present: ReadonlySet<string> | undefined): string {
  const selected = columns.map(([key, names, kind]) => {
    const column = [names].flat().find((name) => present?.has(name));
    if (column === undefined) return `${kind === 'text' ? "''" : 'NULL'} AS ${key}`;
    switch (kind) {
      case 'text':
        return `coalesce(CAST("${column}" AS TEXT), '') AS ${key}`;
      case 'optional':
        return `CAST("${column}" AS TEXT) AS ${key}`;
      default:
        return `CASE WHEN typeof("${column}") IN ('integer', 'real') THEN CAST("${column}" AS REAL) END AS ${key}`;
    }
  });
  return present === undefined
    ? `SELECT 0 AS row, ${selected.join(', ')} WHERE 0`
    : `SELECT rowid AS row, ${selected.join(', ')} FROM "${table}"`;
}
