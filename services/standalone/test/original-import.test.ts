import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, openPostgres, startServer, withClient } from '@monitor-server/testing';
import { expect, onTestFinished, test } from 'vitest';

const SERVER = new URL('../src/main.ts', import.meta.url);
const MONITOR = fileURLToPath(new URL('../../../sdk/src/cli/main.ts', import.meta.url));

/** The tables as the original server makes them in PostgreSQL. */
const TABLES = `
  CREATE TABLE "TEST_SESSIONS" ("SESSION_H" varchar(64) PRIMARY KEY, "RUN_DATE" varchar(64) NOT NULL,
    "SCM_REF" varchar(128), "DESCRIPTION" json);
  CREATE TABLE "EXECUTION_CONTEXTS" ("ENV_H" varchar(64) PRIMARY KEY, "CPU_COUNT" integer NOT NULL,
    "CPU_FREQUENCY_MHZ" integer NOT NULL, "CPU_TYPE" varchar(64) NOT NULL, "CPU_VENDOR" varchar(256),
    "RAM_TOTAL_MB" integer NOT NULL, "MACHINE_NODE" varchar(512) NOT NULL, "MACHINE_TYPE" varchar(32) NOT NULL,
    "MACHINE_ARCH" varchar(16) NOT NULL, "SYSTEM_INFO" varchar(256) NOT NULL, "PYTHON_INFO" varchar(512) NOT NULL);
  CREATE TABLE "TEST_METRICS" ("ITEM_PK" serial PRIMARY KEY, "SESSION_H" varchar(64) REFERENCES "TEST_SESSIONS",
    "CONTEXT_H" varchar(64) REFERENCES "EXECUTION_CONTEXTS", "ITEM_START_TIME" varchar(64) NOT NULL,
    "ITEM_PATH" varchar(4096) NOT NULL, "ITEM" varchar(2048) NOT NULL, "ITEM_VARIANT" varchar(2048) NOT NULL,
    "ITEM_FS_LOC" varchar(2048) NOT NULL, "KIND" varchar(64) NOT NULL, "COMPONENT" varchar(512),
    "TOTAL_TIME" float NOT NULL, "USER_TIME" float NOT NULL, "KERNEL_TIME" float NOT NULL, "CPU_USAGE" float NOT NULL,
    "MEM_USAGE" float NOT NULL)`;

/** 5,100 metrics, which is more than are fetched at a time, of which the last eleven are all equal. */
const ROWS = `
  INSERT INTO "TEST_SESSIONS" VALUES
    ('s2', '2021-02-09T12:00:00', NULL, '{"numpy": 1.10}'),
    ('s1', '2021-02-08T12:00:00', 'abc', '{"pipeline_branch": "main", "pipeline_build_no": "1"}');
  INSERT INTO "EXECUTION_CONTEXTS" VALUES ('c1', 4, 2600, 'x86_64', NULL, 16000, 'ci', 'x86_64', '64bit', 'Linux', '3.8');
  INSERT INTO "TEST_METRICS" ("SESSION_H", "CONTEXT_H", "ITEM_START_TIME", "ITEM_PATH", "ITEM", "ITEM_VARIANT",
    "ITEM_FS_LOC", "KIND", "COMPONENT", "TOTAL_TIME", "USER_TIME", "KERNEL_TIME", "CPU_USAGE", "MEM_USAGE")
  SELECT 's1', 'c1', '2021-02-08T12:00:00.000001', 'pkg', 'test', 'test[' || least(n, 5090) || ']', 'pkg.py', 'function',
    NULL, 0.1::float + 0.2::float, 0, 0, 0.5, -1 FROM generate_series(1, 5100) AS n`;

const start = (args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
    };
    const child = execFile(process.execPath, [MONITOR, ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });

test('the PostgreSQL database of an original server is imported once, however often', async () => {
  const prepare = {
    name: `original ${TABLES}${ROWS}`,
    run: (uri: string) =>
      withClient(uri, async (client) => {
        await client.query(`${TABLES};${ROWS}`);
      }),
  };
  const server = await startServer({ entry: SERVER });
  onTestFinished(async () => {
    await server.stop();
  });
  const [original, empty] = await Promise.all([openPostgres({ prepare }), openPostgres()]);
  onTestFinished(async () => {
    await Promise.all([original.close(), empty.close()]);
  });
  const api = createClient(server.base);
  onTestFinished(() => api.close());

  const sqlalchemy = original.uri.replace(/^postgres\w*:/, 'postgresql+psycopg2:');
  const stored = /: 5,100 metrics, 2 sessions, 1 context stored\n$/;
  for (const uri of [original.uri, sqlalchemy]) {
    const { code, out, err } = await start(['import', uri, '--to', server.base]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(stored);
  }
  expect((await api.get('/metrics/count')).json).toEqual({ count: 5100 });
  expect((await api.get('/variants/test%5B5090%5D/metrics/count')).json).toEqual({ count: 11 });
  expect((await api.get('/metrics/?per_page=1')).json).toMatchObject({
    metrics: [
      { session_h: 's1', item_variant: 'test[1]', component: '', total_time: 0.1 + 0.2, mem_usage: -1 },
    ],
  });
  expect((await api.get('/sessions/')).json).toMatchObject({
    sessions: [
      { session_h: 's1', scm_ref: 'abc' },
      { session_h: 's2', scm_ref: null, tags: [{ name: 'numpy', value: '1.10' }] },
    ],
  });
  expect((await api.get('/contexts/')).json).toMatchObject({ contexts: [{ h: 'c1', cpu_vendor: '' }] });

  const foreign = await start(['import', empty.uri, '--to', server.base]);
  expect(foreign.code).toBe(1);
  expect(foreign.err).toMatch(/^monitor: [^\n]*is not the database of a monitor-server-api[^\n]*\n$/);
  const absent = new URL(empty.uri);
  absent.username = 'nobody';
  absent.password = 'hunter2';
  absent.pathname = '/absent';
  const unreachable = await start(['import', absent.href, '--to', server.base]);
  expect(unreachable.code).toBe(1);
  expect(unreachable.err).toMatch(/^monitor: cannot read postgresql:\/\/nobody@[^\n]*\n$/);
});
