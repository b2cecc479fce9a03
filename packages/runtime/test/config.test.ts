import { tmpdir } from 'node:os';
import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { processCount, readFlags, settings } from '../src/config/index.ts';
import { configFolder, keys, outcome } from './config.ts';

const { cwd, file, read, refused } = configFolder();

describe('where a setting comes from', () => {
  test('nothing given: the defaults of the documents', () => {
    expect(read(keys)).toMatchObject({
      environment: 'production',
      host: undefined,
      port: 8181,
      timeout: 60,
      workers: 4,
      pageSize: 500,
      database: { kind: 'sqlite', path: join(cwd, 'monitor-server.sqlite') },
      queueUri: undefined,
      logFolder: cwd,
      certificate: undefined,
    });
  });

  test('a flag beats its variable, and both are remembered', () => {
    const env = { MONITOR_SERVER_PORT: '9090', MONITOR_SERVER_WORKERS: '2' };
    const result = read(['port', 'workers', 'timeout'], { argv: ['-p', '7070'], env });
    expect(result).toMatchObject({ port: 7070, workers: 2, timeout: 60 });
    expect(result.given).toEqual({
      port: { by: '-p', text: '7070' },
      workers: { by: 'MONITOR_SERVER_WORKERS', text: '2' },
      timeout: { by: 'default', text: '60' },
    });
  });

  test('a wrong variable does not matter beneath a good flag', () => {
    expect(read(['port'], { argv: ['-p7'], env: { MONITOR_SERVER_PORT: 'x' } }).port).toBe(7);
  });

  test.each(keys)('%s: a variable set to nothing counts as unset', (key) => {
    const { variable } = settings[key];
    expect(read([key], { env: { [variable]: '' } })).toEqual(read([key]));
    expect(read([key], { env: { [variable]: ' ' } })).toEqual(read([key]));
  });

  test('only what was asked for is read', () => {
    const env = { MONITOR_SERVER_PORT: 'x', MONITOR_SERVER_DATABASE_URI: 'nonsense' };
    expect(read(['pageSize'], { env })).toEqual({
      pageSize: 500,
      given: { pageSize: { by: 'default', text: '500' } },
    });
  });
});

describe('flags', () => {
  test('an unknown flag, a word or a missing value names the flags there are', () => {
    for (const argv of [['-x'], ['--port', '1'], ['-xp'], ['word'], ['--', 'word']]) {
      const message = refused(['port', 'database'], { argv });
      expect(message).toContain('-p PORT, -u URI');
    }
    expect(refused(['port'], { argv: ['-x'] })).toMatch(/^-x: there is no such flag/);
    expect(refused(['port'], { argv: ['-p'] })).toBe('-p: has no value; give -p PORT');
    expect(refused(['port'], { argv: ['-p', ''] })).toBe('-p: has no value; give -p PORT');
  });

  test('switches take no value, the last of several values counts', () => {
    const { texts, switches } = readFlags(['-Fp', '1', '-p', '2'], ['port'], ['F', 'k']);
    expect([...texts]).toEqual([['p', '2']]);
    expect([...switches]).toEqual(['F']);
  });

  test('any arguments are read or refused with a ConfigError', () => {
    const word = oneof(constantFrom('-p', '-w', '-', '--', '-p8', '-F', '1', '-1', '--p=1', '-p='), string());
    assert(
      property(array(word), (argv) => {
        outcome(() => read(['port', 'workers'], { argv }));
      }),
    );
  });
});

describe('numbers', () => {
  const numbers = [
    ['port', 0, 65_535],
    ['timeout', 1, 86_400],
    ['workers', 1, 1_024],
    ['pageSize', 1, 5_000],
  ] as const;

  test.each(numbers)('%s takes whole numbers from %i to %i', (key, from, to) => {
    const { variable } = settings[key];
    assert(
      property(integer({ min: from, max: to }), (value) => {
        expect(read([key], { env: { [variable]: String(value) } })[key]).toBe(value);
      }),
    );
    assert(
      property(oneof(integer({ max: from - 1 }), integer({ min: to + 1 })), (value) => {
        const message = refused([key], { env: { [variable]: String(value) } });
        expect(message).toContain(`${variable}="${value}"`);
        expect(message).toContain(`from ${from} to ${to}`);
      }),
    );
  });

  test('what is no whole number is refused, whatever JavaScript makes of it', () => {
    const text = oneof(
      constantFrom('1e3', '0x10', '1.5', '1.0', '+1', '١', '1_000', '1 2', 'NaN', 'Infinity', '8181;'),
      string().filter((text) => text.trim() !== '' && !/^-?\d+$/.test(text.trim())),
    );
    assert(
      property(text, (value) => {
        expect(refused(['port'], { env: { MONITOR_SERVER_PORT: value } })).toContain('MONITOR_SERVER_PORT=');
      }),
    );
  });

  test('there are never more processes than cores, and one in development', () => {
    expect(processCount({ environment: 'production', workers: 4 }, 2)).toBe(2);
    expect(processCount({ environment: 'production', workers: 4 }, 16)).toBe(4);
    expect(processCount({ environment: 'development', workers: 4 }, 16)).toBe(1);
  });
});

describe('environment and host', () => {
  test('letter case is ignored', () => {
    for (const name of ['prod', 'PROD', 'Production'])
      expect(read(['environment'], { env: { MONITOR_SERVER_ENV: name } }).environment).toBe('production');
    for (const name of ['dev', 'DEVEL', 'Development', ' dev '])
      expect(read(['environment'], { env: { MONITOR_SERVER_ENV: name } }).environment).toBe('development');
    for (const name of ['test', 'constructor', '__proto__'])
      expect(refused(['environment'], { env: { MONITOR_SERVER_ENV: name } })).toMatch(/^MONITOR_SERVER_ENV=/);
  });

  test('a host is a name or an address, nothing more', () => {
    for (const host of ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'tests.example.org'])
      expect(read(['host'], { env: { MONITOR_SERVER_HOST: host } }).host).toBe(host);
    expect(read(['host'], { env: { MONITOR_SERVER_HOST: '[::1]' } }).host).toBe('::1');
    for (const host of ['localhost:80', 'http://x', 'a b', '-'])
      expect(refused(['host'], { env: { MONITOR_SERVER_HOST: host } })).toMatch(/^MONITOR_SERVER_HOST=/);
  });
});

describe('queue', () => {
  const uris = { MONITOR_SERVER_QUEUE_URI: 'redis://:secret@localhost:6379/0' };

  test('not with SQLite, only with PostgreSQL', () => {
    const message = refused(['database', 'queueUri'], { env: uris });
    expect(message).toMatch(/^MONITOR_SERVER_QUEUE_URI=/);
    expect(message).toMatch(/SQLite .*queue URI.* only PostgreSQL/);
    expect(message).not.toContain('secret');
    const both = { ...uris, MONITOR_SERVER_DATABASE_URI: 'postgresql://host/db' };
    expect(read(['database', 'queueUri'], { env: both }).database.kind).toBe('postgres');
  });
});

describe('log folder', () => {
  test('the flag, the variable, $TMPDIR, the working folder', () => {
    const env = { MONITOR_SERVER_LOGDIR: '.', TMPDIR: tmpdir() };
    expect(read(['logFolder'], { argv: ['-L', '/'], env }).logFolder).toBe('/');
    expect(read(['logFolder'], { env }).logFolder).toBe(cwd);
    expect(read(['logFolder'], { env: { TMPDIR: tmpdir() } }).logFolder).toBe(tmpdir());
    expect(read(['logFolder']).logFolder).toBe(cwd);
  });

  test('a folder that is none is refused, by the name it was given under', () => {
    file('plain', '');
    expect(refused(['logFolder'], { argv: ['-L', 'plain/x'] })).toMatch(/^-L "plain\/x": /);
    expect(refused(['logFolder'], { argv: ['-L', 'plain'] })).toMatch(/is not a folder/);
    expect(refused(['logFolder'], { env: { MONITOR_SERVER_LOGDIR: '/absent' } })).toMatch(
      /^MONITOR_SERVER_LOGDIR=/,
    );
    expect(refused(['logFolder'], { env: { TMPDIR: '/absent' } })).toMatch(/^TMPDIR="\/absent": .*-L/);
  });
});
