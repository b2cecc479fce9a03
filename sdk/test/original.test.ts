import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Monitor } from '../src/index.ts';
import { contextRow, metricRow, testFolder } from './pymon.ts';
import { startServer, type Server } from './server.ts';

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

/** The tables as the original server makes them in SQLite: three columns are called otherwise than in a `.pymon` file. */
const TABLES = [
  `CREATE TABLE "TEST_SESSIONS" ("SESSION_H" VARCHAR(64) NOT NULL, "RUN_DATE" VARCHAR(64) NOT NULL, "SCM_REF" VARCHAR(128),
   "DESCRIPTION" JSON, PRIMARY KEY ("SESSION_H"))`,
  `CREATE TABLE "EXECUTION_CONTEXTS" ("ENV_H" VARCHAR(64) NOT NULL, "CPU_COUNT" INTEGER NOT NULL,
   "CPU_FREQUENCY_MHZ" INTEGER NOT NULL, "CPU_TYPE" VARCHAR(64) NOT NULL, "CPU_VENDOR" VARCHAR(256),
   "RAM_TOTAL_MB" INTEGER NOT NULL, "MACHINE_NODE" VARCHAR(512) NOT NULL, "MACHINE_TYPE" VARCHAR(32) NOT NULL,
   "MACHINE_ARCH" VARCHAR(16) NOT NULL, "SYSTEM_INFO" VARCHAR(256) NOT NULL, "PYTHON_INFO" VARCHAR(512) NOT NULL,
   PRIMARY KEY ("ENV_H"))`,
  `CREATE TABLE "TEST_METRICS" ("ITEM_PK" INTEGER NOT NULL, "SESSION_H" VARCHAR(64), "CONTEXT_H" VARCHAR(64),
   "ITEM_START_TIME" VARCHAR(64) NOT NULL, "ITEM_PATH" VARCHAR(4096) NOT NULL, "ITEM" VARCHAR(2048) NOT NULL,
   "ITEM_VARIANT" VARCHAR(2048) NOT NULL, "ITEM_FS_LOC" VARCHAR(2048) NOT NULL, "KIND" VARCHAR(64) NOT NULL,
   "COMPONENT" VARCHAR(512), "TOTAL_TIME" FLOAT NOT NULL, "USER_TIME" FLOAT NOT NULL, "KERNEL_TIME" FLOAT NOT NULL,
   "CPU_USAGE" FLOAT NOT NULL, "MEM_USAGE" FLOAT NOT NULL, PRIMARY KEY ("ITEM_PK"))`,
];

test('the SQLite database of an original server is read like a file of pytest-monitor, and stored once', async () => {
  const path = join(testFolder(), 'monitor.sqlite');
  const db = new DatabaseSync(path);
  for (const table of TABLES) db.exec(table);
  const insert = (table: string, values: readonly (string | number | null)[]): void => {
    db.prepare(`INSERT INTO "${table}" VALUES (${values.map(() => '?').join(', ')})`).run(...values);
  };
  insert('TEST_SESSIONS', [
    's1',
    '2021-02-09T12:12:04',
    'abc',
    '{"pipeline_branch": "main", "numpy": "118"}',
  ]);
  insert('EXECUTION_CONTEXTS', Object.values(contextRow()));
  const rows = [metricRow(), metricRow({ item: 'test_other' }), metricRow()];
  for (const [at, row] of rows.entries()) insert('TEST_METRICS', [at + 1, ...Object.values(row)]);
  db.close();

  const remote = new Monitor(server.base);
  const report = { metrics: 3, sessions: 1, contexts: 1, rejected: 0, refusals: [] };
  expect(await remote.upload(path)).toEqual(report);
  expect(await remote.upload(`sqlite:///${path}`)).toEqual(report);
  await using local = new Monitor(path);
  for (const monitor of [local, remote]) {
    expect(Array.from(await monitor.listMetrics(), (metric) => metric.toRecord())).toEqual(rows);
    expect((await monitor.getSession('s1'))?.toDict()).toEqual({
      h: 's1',
      scm: 'abc',
      run_date: '2021-02-09T12:12:04',
      tags: { pipeline_branch: 'main', numpy: '118' },
    });
    expect((await monitor.getContext('c1'))?.toRecord()).toEqual(contextRow());
  }
});
