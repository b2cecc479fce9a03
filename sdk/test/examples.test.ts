import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Monitor } from '../src/index.ts';
import { cookbook, nightly } from './cookbook.ts';
import { writePymon } from './pymon.ts';
import { startServer, type Server } from './server.ts';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));

/** What each example prints over the data of the cookbook, or of those that compare builds, over the nightly ones. */
const printed: Record<string, string> = {
  'counts.ts': `components 3
contexts 1
sessions 10
metrics 200
of a session 20
of a context 200
of an SCM reference 40
`,
  'details.ts': `Session deadbeef0badc0ffee, SCM@ABCDEF, started at 2021-02-09T12:12:04.136861Z
{"pipeline_branch":"master-py36","pipeline_build_no":"6","__ci__":"circleci"}
Context badc0ffee0deadbeef, node@Rotondu, 16384 MB
40 metrics, the first of test_that with 2 MB
`,
  'session-beside-metrics.ts': `20 rows of item, variant, memory_usage, scm, run_date
{
  item: 'test_that',
  variant: 'test_that',
  memory_usage: 0,
  scm: 'ABCDEF',
  run_date: 2021-02-09T12:12:04.136861Z
}
`,
  'tagged-sessions.ts': `4 sessions have my_tag: session_6, session_7, session_8, session_9
1 of them with numpy 118: session_8
`,
  'own-condition.ts': `7 of 10 sessions are recent
7 are read where the server filters
`,
  'last-builds.ts': `3 metrics in the builds 11, 10, 9
`,
  'heaviest-tests.ts': [19, 18, 17, 16, 15, 14, 13, 12]
    .flatMap((test) => [7, 6].map((session) => `test_${test}[${test % 3}] : ${test * 10 + session}MB\n`))
    .slice(0, 15)
    .join(''),
  'medians.ts': `item,n,median,max
test_18,10,18.45,18.9
test_15,10,15.45,15.9
test_12,10,12.45,12.9
test_9,10,9.45,9.9
test_6,10,6.45,6.9
test_3,10,3.45,3.9
test_that,10,0.45,0.9

`,
  'slower-tests.ts': `test_step: slower, × 1.51 (1.46 to 1.54)
test_load: no difference found, × 1.01 (0.97 to 1.03)
test_step: median 2.07 s, p95 3.12 s
test_load: median 2.05 s, p95 2.10 s
`,
  'stream.ts': `50 metrics took 456.4 s
`,
};

let server: Server;
let folder: string;
let nights: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-sdk-'));
  server = await startServer();
  nights = writePymon(join(folder, 'nightly.pymon'), nightly);
  await new Monitor(server.base).upload(writePymon(join(folder, 'cookbook.pymon'), cookbook));
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('every example is run', async () => {
  expect((await readdir(EXAMPLES)).toSorted()).toEqual(Object.keys(printed).toSorted());
});

test('each prints what it says', async () => {
  // One after another in one process, because each process would load the whole library anew.
  const program = Object.keys(printed).map((name) => {
    const source = name === 'slower-tests.ts' ? nights : server.base;
    return `console.log('--- ${name}'); process.argv[2] = ${JSON.stringify(source)}; await import('./${name}');`;
  });
  const args = ['--input-type=module', '--eval', program.join('\n')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: EXAMPLES });
  const parts = stdout.split(/^--- (.*)\n/m).slice(1);
  const found = parts.flatMap((name, at) => (at % 2 === 0 ? [[name, parts[at + 1]]] : []));
  expect(Object.fromEntries(found)).toEqual(printed);
});
