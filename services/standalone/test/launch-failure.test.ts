import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { launch } from '../src/launch/command.ts';
import { folder, freePort, isRunning } from './launcher.ts';

const { path: here } = folder();

/** Runs the launcher with a server of the test's own making. */
const run = async (argv: readonly string[], server: string, { patience = 20_000, env = {} } = {}) => {
  const entry = join(here, `server-${crypto.randomUUID()}.ts`);
  writeFileSync(entry, server);
  const out: string[] = [];
  const err: string[] = [];
  const code = await launch({
    argv,
    env: { PATH: process.env.PATH, ...env },
    cwd: here,
    entry,
    patience,
    say: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out, err };
};

const pidFile = (port: string): string => join(here, `monitor-server-${port}.pid`);

test('a server that dies: the end of its log, and only of this run', async () => {
  const port = `${await freePort()}`;
  writeFileSync(join(here, `monitor-server-${port}.log`), 'from an earlier run\n');
  const server = 'for (let n = 1; n <= 30; n++) console.log(`line ${n}`); process.exitCode = 3;';
  const { code, out, err } = await run(['-p', port], server);
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err[0]).toContain('the server ended (code 3) before it answered');
  expect(err.slice(1)).toEqual(Array.from({ length: 20 }, (_, n) => `  line ${n + 11}`));
  expect(existsSync(pidFile(port))).toBe(false);
});

test('a server that refuses its configuration: its own line and its own code', async () => {
  const line = 'monitor-server: -u "x": is held by another server';
  const server = `console.error(${JSON.stringify(line)}); process.exitCode = 2;`;
  expect(await run(['-p', `${await freePort()}`], server)).toEqual({ code: 2, out: [], err: [line] });
});

test('a server that never answers is ended with everything it started', async () => {
  const port = `${await freePort()}`;
  const server = `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    writeFileSync('pids', \`\${process.pid} \${child.pid}\`);
    process.on('SIGTERM', () => process.exit(0));
    setInterval(() => {}, 1000);
  `;
  const { code, err } = await run(['-p', port], server, { patience: 1_500 });
  expect(code).toBe(1);
  expect(err[0]).toContain('did not answer within 1.5 s');
  const pids = readFileSync(join(here, 'pids'), 'utf8').split(' ').map(Number);
  expect(pids).toHaveLength(2);
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), 5_000);
  expect(existsSync(pidFile(port))).toBe(false);
});

test("another server's answer is not taken for its own", async () => {
  const port = `${await freePort()}`;
  // Two servers that come to the same port at the same time, the slower one being ours.
  const server = `
    import { spawn } from 'node:child_process';
    const other = \`require('node:http').createServer((_, r) => r.end('{"count": 0}')).listen(${port})\`;
    const child = spawn(process.execPath, ['-e', other], { stdio: 'ignore' });
    setTimeout(() => { console.error('monitor-server: the port is taken'); process.exit(2); }, 800);
  `;
  const { code, err } = await run(['-p', port], server);
  expect({ code, err }).toEqual({ code: 2, err: ['monitor-server: the port is taken'] });
  await vi.waitFor(() => expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed'), 5_000);
});

test('a pid that another program has by now is never signalled', async () => {
  const port = `${await freePort()}`;
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(stranger, 'spawn');
  const rest = {
    birth: 'long/ago',
    since: new Date(0).toISOString(),
    phase: 'running',
    url: 'http://localhost:1',
  };
  writeFileSync(pidFile(port), `${stranger.pid}\n${JSON.stringify(rest)}\n`);
  expect((await run(['-s', '-p', port], '')).code).toBe(3);
  expect(await run(['-k', '-p', port], '')).toMatchObject({ code: 1, out: [] });
  await pause(100);
  expect(stranger.signalCode).toBeNull();
  stranger.kill();
});

test.each(['', '1', 'nonsense\nnonsense\n', '-1\n{}\n', '1\n{"birth": 5}\n'])(
  'a pid file that holds %j is no server, and no obstacle once it is not brand-new',
  async (content) => {
    const port = `${await freePort()}`;
    writeFileSync(pidFile(port), content);
    expect((await run(['-s', '-p', port], '')).code).toBe(3);
    expect((await run(['-k', '-p', port], '')).code).toBe(1);
  },
);

test('a server that answers no more is told apart from one that runs', async () => {
  const port = `${await freePort()}`;
  const server = `
    import { createServer } from 'node:http';
    const server = createServer((_, answer) => {
      answer.end('{"count": 0}', () => { server.close(); server.closeAllConnections(); });
    });
    server.listen(${port}, () => console.log('ready'));
    setInterval(() => {}, 1000);
  `;
  expect((await run(['-p', port], server)).code).toBe(0);
  const status = await run(['-s', '-p', port], '');
  expect(status.code).toBe(4);
  expect(status.out[0]).toContain('is running but does not answer');
  expect((await run(['-k', '-p', port], '')).code).toBe(0);
});

test.runIf(process.platform === 'linux')('a folder that takes no files', async () => {
  const { code, err } = await run(
    ['-p', `${await freePort()}`, '-L', '/proc', '-u', 'sqlite:///x.sqlite'],
    '',
  );
  expect(code).toBe(2);
  expect(err).toHaveLength(1);
  expect(err[0]).toMatch(/-L "\/proc": .*(cannot write|not writable).*MONITOR_SERVER_LOGDIR/);
});

test.each([
  ['MONITOR_SERVER_ENV', 'test'],
  ['MONITOR_SERVER_PORT', '-1'],
  ['MONITOR_SERVER_HOST', '192.0.2.1'],
  ['MONITOR_SERVER_WORKERS', 'many'],
  ['MONITOR_SERVER_PAGINATION_COUNT', '0'],
  ['MONITOR_SERVER_TIMEOUT', '0'],
  ['MONITOR_SERVER_DATABASE_URI', 'sqlite:///:memory:'],
  ['MONITOR_SERVER_QUEUE_URI', 'redis://localhost'],
  ['MONITOR_SERVER_LOGDIR', '/absent'],
  ['TMPDIR', '/absent'],
  ['MONITOR_SERVER_CERTIFICATE', '/absent.pem'],
])('%s=%s', async (name, value) => {
  const before = new Set(readdirSync(here));
  const { code, out, err } = await run([], '', { env: { MONITOR_SERVER_PORT: '0', [name]: value } });
  expect({ code, out }).toEqual({ code: 2, out: [] });
  expect(err).toEqual([expect.stringMatching(new RegExp(`^monitor-server: ${name}="[^\\n]*": [^\\n]+$`))]);
  expect(readdirSync(here).filter((file) => file.endsWith('.pid') && !before.has(file))).toEqual([]);
});
