import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folder, freePort, isRunning, script } from './launcher.ts';

const { path: here, launch, command } = folder();

const pidOf = (port: number): number =>
  Number(readFileSync(join(here, `monitor-server-${port}.pid`), 'utf8').split('\n')[0]);

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

const program = (name: string): string =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path)) ?? name;

describe('a server in the background', () => {
  test('starts, is described, refuses a second one, and stops', { timeout: 60_000 }, async () => {
    const port = await freePort();
    const started = await launch(['-p', `${port}`, '-u', 'sqlite:///started.sqlite', '-c', '7']);
    expect(started.err).toBe('');
    expect(started.code).toBe(0);
    const pid = pidOf(port);
    for (const text of [
      `http://localhost:${port}/\n`,
      `pytest --remote-server http://localhost:${port}\n`,
      `http://localhost:${port}/api/v1/docs\n`,
      `pid ${pid}`,
      `sqlite:///${join(here, 'started.sqlite')}  (-u)`,
      ' 7  (-c)\n',
      'MONITOR_SERVER_ACCESS=tokens asks for access tokens',
      join(here, `monitor-server-${port}.log`),
    ])
      expect(started.out).toContain(text);
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/metrics/count`);
    expect(await answer.json()).toEqual({ count: 0 });
    expect(existsSync(join(here, 'started.sqlite'))).toBe(true);

    const second = await launch([], { env: { MONITOR_SERVER_PORT: `${port}` } });
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toMatch(/^monitor-server: MONITOR_SERVER_PORT="\d+": .* pid \d+; .*-s.*-k.*-p .*\n$/);
    expect(pidOf(port)).toBe(pid);

    const status = await launch(['-s', '-p', `${port}`]);
    expect(status).toMatchObject({ code: 0, err: '' });
    expect(status.out).toContain(`is running, pid ${pid}, up `);

    const stopped = await launch(['-k', '-p', `${port}`]);
    expect(stopped).toMatchObject({ code: 0, err: '' });
    expect(isRunning(pid)).toBe(false);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    expect((await launch(['-s', '-p', `${port}`])).code).toBe(3);
    expect(await launch(['-k', '-p', `${port}`])).toMatchObject({ code: 1, out: '' });
  });

  test('two starts at once: one serves, the other says why it does not', { timeout: 60_000 }, async () => {
    const port = `${await freePort()}`;
    const both = await Promise.all([launch(['-p', port]), launch(['-p', port])]);
    expect(both.map(({ code }) => code)).toEqual(expect.arrayContaining([0, 2]));
    expect(both.map(({ err }) => err).join('')).toMatch(/^monitor-server: -p "\d+": .*\n$/);
    expect((await command(['-k', '-p', port])).code).toBe(0);
  });

  test(
    'serves HTTPS with -S, through a symlink, on any free port, to those with a token',
    { timeout: 60_000 },
    async () => {
      mkdirSync(join(here, 'bin'));
      symlinkSync(script, join(here, 'bin/first'));
      symlinkSync('first', join(here, 'bin/second'));
      const argv = [
        '-p',
        '0',
        '-S',
        `${fixture('key.pem')},${fixture('cert.pem')}`,
        '-u',
        'sqlite:///tls.sqlite',
      ];
      const env = { MONITOR_SERVER_ACCESS: 'tokens' };
      const started = await launch(argv, { command: join(here, 'bin/second'), env });
      expect(started).toMatchObject({ code: 0, err: '' });
      const [, port = ''] = /https:\/\/localhost:(\d+)\//.exec(started.out) ?? [];
      expect(existsSync(join(here, 'tls.sqlite'))).toBe(true);
      const request = https.get({
        port,
        path: '/api/v1/metrics/count',
        ca: readFileSync(fixture('cert.pem')),
        servername: 'localhost',
        agent: false,
      });
      const [response] = await once(request, 'response');
      response.resume();
      expect(response.statusCode).toBe(401);
      expect(await command(['-s', '-p', port])).toMatchObject({ code: 0 });
      expect(await command(['-k', '-p', port])).toMatchObject({ code: 0 });
    },
  );

  test(
    'in development it runs under a watcher, and still stops as a whole',
    { timeout: 60_000 },
    async () => {
      const port = `${await freePort()}`;
      const env = { MONITOR_SERVER_ENV: 'Devel', MONITOR_SERVER_DATABASE_URI: 'sqlite:///dev.sqlite' };
      const started = await launch(['-p', port], { env });
      expect(started).toMatchObject({ code: 0, err: '' });
      expect(started.out).toMatch(/environment +development {2}\(MONITOR_SERVER_ENV\)/);
      expect(await command(['-k', '-p', port])).toMatchObject({ code: 0 });
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    },
  );
});

test('in the foreground the process is the server', { timeout: 60_000 }, async () => {
  const port = `${await freePort()}`;
  const child = spawn(script, ['-F', '-p', port, '-u', 'sqlite:///foreground.sqlite', '-L', here], {
    cwd: here,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    log += chunk;
    if (/\bready\b/.test(log)) break;
  }
  expect(pidOf(Number(port))).toBe(child.pid);
  expect((await command(['-s', '-p', port])).code).toBe(0);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect((await command(['-s', '-p', port])).code).toBe(3);
});

describe('what cannot be used', () => {
  test.each([
    [['-p', 'http'], /^monitor-server: -p "http": is not a whole number; give a port/],
    [['-p', '65536'], /-p "65536": is out of range/],
    [['-w', '0'], /-w "0": is out of range/],
    [['-c', '5001'], /-c "5001": is out of range/],
    [['-t', '1.5'], /-t "1\.5": is not a whole number/],
    [['-x'], /-x: there is no such flag; the flags are -p PORT/],
    [['-u', 'mysql://host/db'], /-u "mysql:\/\/host\/db": is not a database URI/],
    [['-u', 'sqlite:///absent/x.sqlite'], /-u ".*": there is no folder .*absent/],
    [['-u', 'sqlite:///plain.txt'], /-u ".*": .* is not a SQLite database/],
    [['-L', 'plain.txt/x'], /-L "plain\.txt\/x": /],
    [['-S', 'plain.txt'], /-S "plain\.txt": .* not in PEM format/],
    [['-k', '-s'], /-k and -s: exclude each other/],
  ])('%j', async (argv, line) => {
    writeFileSync(join(here, 'plain.txt'), 'x'.repeat(100));
    const { code, out, err } = await command(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(line);
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  test('a port that another program has, and it is left alone', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { code, out, err } = await launch(['-p', `${port}`]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^monitor-server: -p "\d+": the port is taken by another program; .*\n$/);
    expect(existsSync(join(here, `monitor-server-${port}.pid`))).toBe(false);
    expect(other.listening).toBe(true);
    other.close();
  });
});

test('-h explains every flag', async () => {
  const { code, out } = await launch(['-h']);
  expect(code).toBe(0);
  for (const letter of 'ptwcuLSFksh') expect(out).toMatch(new RegExp(`^  -${letter} `, 'm'));
});

test('a copy that cannot install says what is missing', async () => {
  cpSync(script, join(here, 'copy/scripts/launch.sh'));
  const command = join(here, 'copy/scripts/launch.sh');
  const path = join(here, 'path');
  mkdirSync(path);
  for (const name of ['bash', 'dirname', 'readlink', 'cat']) symlinkSync(program(name), join(path, name));
  const missing = await launch([], { command, env: { PATH: path } });
  expect(missing).toMatchObject({ code: 1, out: '' });
  expect(missing.err).toMatch(/^monitor-server: Node\.js 20 or newer is needed .*\n$/);
  writeFileSync(join(path, 'node'), '#!/usr/bin/env bash\necho 18.19.0\n', { mode: 0o755 });
  const old = await launch([], { command, env: { PATH: path } });
  expect(old.err).toMatch(/Node\.js 20 or newer .* this is 18\.19\.0/);
});
