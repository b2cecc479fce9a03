import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parquetReadObjects } from 'hyparquet';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Monitor } from '../../src/index.ts';
import { writePymon } from '../pymon.ts';
import { startServer, type Server } from '../server.ts';
import { monitor } from './command-line.ts';
import { world } from './world.ts';

let server: Server;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-cli-'));
  file = writePymon(join(folder, 'world.pymon'), world);
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const COMMANDS: readonly (readonly string[])[] = [
  ['top'],
  ['top', 'memory', '--lowest', '-n', '3', '-c', 'lib.io'],
  ['top', 'cpu', '-p', 'main', '-b', '42', '--since', '2025-03-02T12:02:00', '--json'],
  ['sessions', '-n', '3'],
  ['sessions', '-t', 'numpy=2.1.0', '-p', 'main', '-b', '42', '--until', '2025-03-02T12:02:00', '--json'],
  ['pipelines'],
  ['pipelines', '-c', 'lib.io', '--json'],
  ['builds', 'main'],
  ['builds', 'main', '-c', 'lib.検索', '-n', '1', '--json'],
  ['summary'],
  ['summary', '--by', 'build', 'component', '-r', 'memory', '-n', '2'],
  ['summary', '--by', 'item', '-p', 'main', '-b', '41', '--json'],
  ['show', 'test_load[big]', '-n', '3'],
  ['show', 'test_load', '-r', 'memory', '-p', 'main', '--json'],
  ['compare', 'main', '41', '42', '--all'],
  ['compare', 'main', '41', '42..42', '-r', 'memory', '--json'],
  ['export', '-f', 'ndjson', '--with-sessions', '--with-contexts'],
  ['export', '--with-sessions', '--item', 'test_load', '-p', 'main', '-b', '41'],
];

test('a file is imported once, however often, and then a server says what the file says', async () => {
  const stored = `${file}: 40 metrics, 10 sessions, 1 context stored\n`;
  const imported = ['import', file, '--to', server.base];
  expect(await monitor(imported)).toMatchObject({ code: 0, out: stored, err: '' });
  expect(await monitor(imported)).toMatchObject({ code: 0, out: stored, err: '' });
  expect(await new Monitor(server.base).countMetrics()).toBe(40);
  for (const args of COMMANDS) {
    const local = await monitor([...args, '-s', file], { columns: 80 });
    const env = { MONITOR_SERVER_URL: server.base, NO_COLOR: '1' };
    const remote = await monitor(args, { columns: 80, env });
    expect({ args, ...remote }).toEqual({ args, ...local });
    expect({ args, code: local.code, isEmpty: local.out === '' }).toEqual({ args, code: 0, isEmpty: false });
    if (args.includes('--json')) JSON.parse(local.out);
  }
});

test('tables fit into 80 columns', async () => {
  const outputs = [];
  for (const args of [
    ['top', '-n', '3'],
    ['summary'],
    ['sessions', '-n', '2'],
    ['show', 'test_検索[東京タワー]', '-n', '2'],
    ['compare', 'main', '41', '42'],
  ]) {
    const { out } = await monitor([...args, '-s', file], { columns: 80 });
    outputs.push(`$ monitor ${args.join(' ')}\n${out}`);
  }
  expect(`\n${outputs.join('\n')}`).toMatchInlineSnapshot(`
    "
    $ monitor top -n 3
    total_time  test                                             started (UTC)
        1.04 s  test_of_a_componen…name[parameters-1]  ████████  2025-03-01 12:04:03
        1.04 s  test_of_a_componen…name[parameters-1]  ████████  2025-03-02 12:04:03
        1.03 s  test_of_a_componen…name[parameters-1]  ███████▉  2025-03-01 12:03:03

    $ monitor summary
    variant                          n   median                p95      max      min
    test_of_a_compo…[parameters-1]  10   1.02 s  ████████   1.04 s   1.04 s   1.00 s
    test_load[big]                  10   635 ms  █████      777 ms   780 ms   500 ms
    test_load[small]                10  20.4 ms  ▏         20.8 ms  20.8 ms  20.0 ms
    test_検索[東京タワー]           10   356 µs  ▏          414 µs   416 µs   300 µs

    $ monitor sessions -n 2
    started (UTC)        build     scm       session                     tags
    2025-03-02 12:03:00  main #42  42c0ffee  4233333333333…333333333333  numpy=2.1.0
    2025-03-02 12:04:00  main #42  42c0ffee  4244444444444…444444444444  numpy=2.1.0

    $ monitor show test_検索[東京タワー] -n 2
    test_検索[東京タワー]  pkg/test_module.py  lib.検索

    resource      n   median      p95      min      max
    total_time   10   356 µs   414 µs   300 µs   416 µs
    user_time    10   125 ms   125 ms   125 ms   125 ms
    kernel_time  10  10.0 ms  10.0 ms  10.0 ms  10.0 ms
    cpu          10     54 %     54 %     54 %     54 %
    memory       10  32.0 MB  34.0 MB  30.0 MB  34.0 MB

    started (UTC)        total_time                        build     scm
    2025-03-02 12:03:02      309 µs  ███████████████████▊  main #42  42c0ffee
    2025-03-02 12:04:02      312 µs  ████████████████████  main #42  42c0ffee

    $ monitor compare main 41 42
    test                   resource        41      42  change  verdict       p
    test_load[big]         total_time  510 ms  765 ms   +50 %  slower   0.0317
    test_検索[東京タワー]  total_time  408 µs  306 µs   −25 %  faster   0.0317

    8 comparisons: 1 slower, 6 no difference found, 1 faster
    "
  `);
});

test('what goes into a pipe is whole, and has no colours', async () => {
  const { out } = await monitor(['top', '-s', file, '-n', '1'], { env: {} });
  expect(out).toContain('test_of_a_component_that_has_a_really_long_name[parameters-1]');
  expect(out).not.toContain('\u001b');
  const coloured = await monitor(['top', '-s', file, '-n', '1'], { env: {}, columns: 80 });
  expect(coloured.out).toContain('\u001b[1m');
});

test('files are exported as the library exports them', async () => {
  const metrics = await new Monitor(file).listMetrics();
  const sessions = await new Monitor(file).listSessions();
  const exported = async (format: string): Promise<Buffer> => {
    const path = join(folder, `out.${format}`);
    const result = await monitor(['export', '-s', file, '-o', path, '--with-sessions']);
    expect(result).toMatchObject({ code: 0, out: '', err: '' });
    return readFile(path);
  };
  expect(String(await exported('csv'))).toBe(metrics.toCSV({ sessions }));
  const lines = (await sessions.dumps('ndjson')) + (await metrics.dumps('ndjson'));
  expect(String(await exported('ndjson'))).toBe(lines);
  const arrow = tableFromIPC(await exported('arrow'));
  expect([arrow.numRows, arrow.getChild('numpy').at(0)]).toEqual([40, '2.0.0']);
  const parquet = Uint8Array.from(await exported('parquet'));
  const rows = await parquetReadObjects({ file: parquet.buffer });
  expect(rows).toHaveLength(40);
  expect(rows[0]).toMatchObject({ variant: 'test_load[big]', numpy: '2.0.0' });
});

test('what is exported in pieces is as a whole', async () => {
  const { out } = await monitor(['export', '-s', file]);
  expect(out).toBe((await new Monitor(file).listMetrics()).toCSV());
});

test('a CI job can be made to fail by a test that became slower', async () => {
  const compare = ['compare', 'main', '-s', file, '--fail'];
  expect(await monitor([...compare, '41', '42'])).toMatchObject({ code: 3 });
  expect(await monitor([...compare, '41', '42', '-r', 'memory'])).toMatchObject({ code: 0 });
});

test.each([
  [2, ['tpo'], "monitor: unknown command 'tpo' (Did you mean top?)"],
  [2, ['top', '--lowst'], "monitor: unknown option '--lowst' (Did you mean --lowest?)"],
  [
    2,
    ['top', 'memry'],
    "monitor: command-argument value 'memry' is invalid for argument 'resource'. Allowed choices are total_time, user_time, kernel_time, cpu, memory.",
  ],
  [
    2,
    ['top', '-n', 'x'],
    "monitor: option '-n, --number <n>' argument 'x' is invalid. It must be a whole number.",
  ],
  [2, ['top', '-n', '0'], 'It must be 1 or more.'],
  [
    2,
    ['top', '--since', 'yesterday'],
    'monitor: since must be a time such as 2024-03-01T12:00:00Z, not "yesterday"',
  ],
  [2, ['top', '-b', '42'], 'monitor: --build 42 means nothing without --pipeline'],
  [2, ['builds'], "monitor: missing required argument 'pipeline'; see monitor builds --help"],
  [
    2,
    ['export', '-o', 'x.txt'],
    'monitor: x.txt does not say which format it is: give --format csv, ndjson, parquet, arrow',
  ],
  [
    2,
    ['import', 'a', '--to', 'localhost:8181'],
    'monitor: localhost:8181 is no address of a server, such as http://localhost:8181',
  ],
  [2, ['import', 'a'], 'monitor: nowhere to import to: give --to URL, or set MONITOR_SERVER_URL'],
  [
    2,
    ['import', 'a', 'b', '--skip', '1', '--to', 'http://localhost:1'],
    'monitor: --skip counts the records of one source: import one at a time',
  ],
  [
    1,
    ['show', 'est_lo'],
    'monitor: there are no metrics of a test called est_lo; there is test_load[big], test_load[small]',
  ],
  [2, ['compare', 'main', '42..41', '43'], 'monitor: the pipeline main has no builds from 42 to 41'],
  [1, ['compare', 'main', '41', '43'], 'monitor: none of the sessions is of build 43 in pipeline main'],
  [
    1,
    ['top', '-s', 'nowhere.pymon'],
    'monitor: nowhere.pymon: there is no such file; pytest-monitor writes .pymon where pytest runs',
  ],
])('ends with %i for %j, in one line', async (code, args, line) => {
  const wherever = args.includes('-s') || ['export', 'import', 'builds', 'tpo'].includes(args[0] ?? '');
  const result = await monitor(wherever ? args : [...args, '-s', file]);
  expect(result).toMatchObject({ code, out: '' });
  expect(result.err).toMatch(/^monitor: [^\n]+\n$/);
  expect(result.err).toContain(line);
});

test('a server that cannot be reached is named, with what to look at', async () => {
  const stopped = await monitor(['pipelines', '-s', 'http://127.0.0.1:1']);
  expect(stopped.code).toBe(1);
  expect(stopped.err).toMatch(
    /^monitor: cannot reach the server: .*127\.0\.0\.1:1.*does the server run\?\n$/,
  );
});

test('every command explains itself, with examples that fit into a terminal', async () => {
  const { out } = await monitor(['--help'], { columns: 80 });
  const names = [...out.matchAll(/^ {2}(\w+) .*(?:\[options\]|<shell>)/gm)].map(([, name]) => name ?? '');
  expect(names).toEqual([
    'top',
    'show',
    'summary',
    'compare',
    'sessions',
    'pipelines',
    'builds',
    'export',
    'import',
    'completion',
  ]);
  for (const name of names.filter((each) => each !== 'completion')) {
    const help = await monitor([name, '--help'], { columns: 80 });
    expect(help.code).toBe(0);
    expect(help.out).toContain('Examples:');
    for (const line of help.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  }
  expect(await monitor([])).toMatchObject({ code: 2, out: '' });
});

test('records that the server refuses are told, and the rest is stored', async () => {
  const [first] = world.metrics ?? [];
  if (first === undefined) throw new Error('the world is empty');
  const path = writePymon(join(folder, 'odd.pymon'), {
    metrics: [
      { ...first, session_h: 'odd' },
      { ...first, kind: '' },
    ],
  });
  const { code, out, err } = await monitor(['import', path, '--to', server.base, '--json']);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(JSON.parse(out)).toMatchObject([{ from: path, metrics: 1, rejected: 1 }]);
  const told = await monitor(['import', path, '--to', server.base]);
  expect(told.err).toBe('1 record refused:\n  metric 2: kind must not be empty\n');
});

test('shells complete commands, options and their values', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  const printed = async (...args: string[]): Promise<string[]> => {
    log.mockClear();
    expect(await monitor(args)).toMatchObject({ code: 0, err: '' });
    return log.mock.calls.flatMap(([text]) => String(text).split('\n'));
  };
  const words = async (...line: string[]) =>
    (await printed('complete', '--', ...line)).map((each) => each.split('\t')[0]);
  expect(await words('su')).toContain('summary');
  expect(await words('top', '--lo')).toContain('--lowest');
  expect(await words('export', '--format', '')).toEqual(expect.arrayContaining(['csv', 'parquet']));
  const bash = await printed('completion', 'bash');
  await promisify(execFile)('/bin/bash', ['--norc', '-n', '-c', bash.join('\n')]);
  expect(bash.join('\n')).toMatch(/complete .*monitor/);
  expect((await printed('completion', 'zsh'))[0]).toBe('#compdef monitor');
  expect((await printed('completion', 'fish')).join('\n')).toMatch(/complete -c monitor/);
});
