import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { ContextRecord, MetricRecord } from '../src/records.ts';

/** A folder that is there as long as the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-sdk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface SessionRow {
  h: string;
  runDate: string;
  scm: string | null;
  description: string | null;
}

export interface PymonRows {
  metrics?: readonly (Omit<MetricRecord, 'component'> & { component: string | null })[];
  sessions?: readonly SessionRow[];
  contexts?: readonly ContextRecord[];
}

/** The tables as pytest-monitor 1.7 makes them. */
export const TABLES = [
  `CREATE TABLE TEST_SESSIONS (SESSION_H varchar(64) primary key not null unique, RUN_DATE varchar(64),
   SCM_ID varchar(128), RUN_DESCRIPTION json)`,
  `CREATE TABLE TEST_METRICS (SESSION_H varchar(64), ENV_H varchar(64), ITEM_START_TIME varchar(64),
   ITEM_PATH varchar(4096), ITEM varchar(2048), ITEM_VARIANT varchar(2048), ITEM_FS_LOC varchar(2048), KIND varchar(64),
   COMPONENT varchar(512) NULL, TOTAL_TIME float, USER_TIME float, KERNEL_TIME float, CPU_USAGE float, MEM_USAGE float)`,
  `CREATE TABLE EXECUTION_CONTEXTS (ENV_H varchar(64) primary key not null unique, CPU_COUNT integer,
   CPU_FREQUENCY_MHZ integer, CPU_TYPE varchar(64), CPU_VENDOR varchar(256), RAM_TOTAL_MB integer,
   MACHINE_NODE varchar(512), MACHINE_TYPE varchar(32), MACHINE_ARCH varchar(16), SYSTEM_INFO varchar(256),
   PYTHON_INFO varchar(512))`,
];

function insertAll(
  db: DatabaseSync,
  table: string,
  rows: readonly (readonly (string | number | null)[])[],
): void {
  if (rows.length === 0) return;
  const insert = db.prepare(`INSERT INTO ${table} VALUES (${rows[0]?.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...row);
}

/** Writes a database as pytest-monitor does. */
export function writePymon(path: string, { metrics = [], sessions = [], contexts = [] }: PymonRows): string {
  const db = new DatabaseSync(path);
  for (const table of TABLES) db.exec(table);
  db.exec('BEGIN');
  insertAll(
    db,
    'TEST_SESSIONS',
    sessions.map(({ h, runDate, scm, description }) => [h, runDate, scm, description]),
  );
  insertAll(
    db,
    'EXECUTION_CONTEXTS',
    contexts.map((context) => Object.values(context)),
  );
  insertAll(
    db,
    'TEST_METRICS',
    metrics.map((metric) => Object.values(metric)),
  );
  db.exec('COMMIT');
  db.close();
  return path;
}

/** A metric as pytest-monitor writes it; `given` says what is special about it. */
export function metricRow(given: Partial<MetricRecord> = {}): MetricRecord {
  return {
    session_h: 's1',
    context_h: 'c1',
    item_start_time: '2024-03-01T10:11:12.123456',
    item_path: 'pkg.test_module',
    item: 'test_item',
    item_variant: 'test_item[1]',
    item_fs_loc: 'pkg/test_module.py',
    kind: 'function',
    component: 'lib',
    total_time: 0.25,
    user_time: 0.125,
    kernel_time: 0.01,
    cpu_usage: 0.54,
    mem_usage: 3.5,
    ...given,
  };
}

/** A context as pytest-monitor writes it; `given` says what is special about it. */
export function contextRow(given: Partial<ContextRecord> = {}): ContextRecord {
  return {
    h: 'c1',
    cpu_count: 2,
    cpu_frequency: 2596.12,
    cpu_type: 'x86_64',
    cpu_vendor: 'AMD EPYC',
    ram_total: 24_105,
    machine_node: 'localhost',
    machine_type: 'x86_64',
    machine_arch: '64bit',
    system_info: 'Linux - 6.18',
    python_info: '3.11.2 (main)',
    ...given,
  };
}
