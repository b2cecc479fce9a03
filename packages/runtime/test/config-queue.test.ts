import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  array,
  assert,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  stringMatching,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQueueUri, settings, type QueueAddress } from '../src/config/index.ts';
import { configFolder, outcome } from './config.ts';

const { cwd, file, read, refused } = configFolder();

const parse = (uri: string): QueueAddress => {
  const { queueUri } = read(['queueUri'], { env: { MONITOR_SERVER_QUEUE_URI: uri } });
  if (queueUri === undefined) throw new Error('none');
  return queueUri;
};
const refusal = (uri: string): string => refused(['queueUri'], { env: { MONITOR_SERVER_QUEUE_URI: uri } });

const plain = { login: undefined, tls: undefined, prefix: undefined };

describe('one server', () => {
  test.each([
    ['redis://localhost', { hosts: [{ host: 'localhost', port: 6379 }], db: 0 }],
    ['REDIS://localhost:6380/', { hosts: [{ host: 'localhost', port: 6380 }], db: 0 }],
    ['redis://10.0.0.1/15', { hosts: [{ host: '10.0.0.1', port: 6379 }], db: 15 }],
    ['redis://[::1]:6380/2', { hosts: [{ host: '::1', port: 6380 }], db: 2 }],
    ['rediss://redis.example.org', { tls: { ca: undefined } }],
    ['redis://:secret@localhost', { login: { user: undefined, password: 'secret' } }],
    ['redis://:@localhost', { login: undefined }],
    ['redis://me:a%20b@localhost', { login: { user: 'me', password: 'a b' } }],
    ['redis://me:p@ss/w?rd#%@localhost/1', { login: { user: 'me', password: 'p@ss/w?rd#%' }, db: 1 }],
    ['redis://localhost?prefix=tests.ci', { prefix: 'tests.ci' }],
    ['redis://localhost/3?replicas=2&prefix=x', { prefix: 'x', replicas: 2, db: 3 }],
  ])('%s', (uri, expected) => {
    expect(parse(uri)).toMatchObject({ kind: 'server', ...expected });
  });

  test('has nothing that was not given', () => {
    expect(parse('redis://localhost')).toEqual({
      kind: 'server',
      hosts: [{ host: 'localhost', port: 6379 }],
      db: 0,
      replicas: 0,
      shown: 'redis://localhost',
      ...plain,
    });
  });

  test('an authority is read from its file, relative ones from the working folder', () => {
    const fixture = fileURLToPath(new URL('./fixtures/authority.pem', import.meta.url));
    const pem = readFileSync(fixture, 'latin1');
    file('ca.pem', pem);
    file('empty.pem', '');
    expect(parse(`rediss://localhost?ca=${encodeURIComponent(fixture)}`).tls).toEqual({ ca: pem });
    expect(parse('rediss://localhost?ca=ca.pem').tls).toEqual({ ca: pem });
    expect(refusal('rediss://localhost?ca=absent.pem')).toMatch(
      /"absent.pem", which cannot be read \(ENOENT\)/,
    );
    expect(refusal('rediss://localhost?ca=empty.pem')).toMatch(/"empty.pem", which holds no certificate/);
    expect(refusal(`rediss://localhost?ca=${join(cwd, 'ca.pem')}&ca=ca.pem`)).toMatch(/ca twice/);
  });
});

test('Sentinel', () => {
  expect(
    parse('redis+sentinel://me:secret@a:26380,b,[::1]/main/3?sentinelPassword=x%26y&sentinelUser=s'),
  ).toEqual({
    kind: 'sentinel',
    hosts: [
      { host: 'a', port: 26_380 },
      { host: 'b', port: 26_379 },
      { host: '::1', port: 26_379 },
    ],
    master: 'main',
    sentinelLogin: { user: 's', password: 'x&y' },
    db: 3,
    replicas: 0,
    ...plain,
    login: { user: 'me', password: 'secret' },
    shown: 'redis+sentinel://me:***@a:26380,b,[::1]/main/3?sentinelPassword=***&sentinelUser=s',
  });
  expect(parse('rediss+sentinel://a/main')).toMatchObject({
    tls: { ca: undefined },
    sentinelLogin: undefined,
  });
});

test('a cluster', () => {
  expect(parse('redis+cluster://:secret@a,b:7000/0?prefix=x')).toEqual({
    kind: 'cluster',
    hosts: [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7000 },
    ],
    ...plain,
    prefix: 'x',
    login: { user: undefined, password: 'secret' },
    shown: 'redis+cluster://:***@a,b:7000/0?prefix=x',
  });
  expect(parse('rediss+cluster://a').tls).toEqual({ ca: undefined });
});

test.each([
  ['redis://', /is not the URI of a Redis; give redis:\/\/host:6379/],
  ['localhost:6379', /is not the URI/],
  ['amqp://localhost', /is not the URI/],
  ['redis+tls://localhost', /is not the URI/],
  ['redis://local host', /is not the URI/],
  ['redis://a\nb', /control character/],
  ['redis://localhost:0', /has the port "0", which is out of range; give a port/],
  ['redis://localhost:70000', /has the port "70000", which is out of range/],
  ['redis://localhost/x', /has the database "x", which is not a whole number/],
  ['redis://localhost/0/1', /more than a database/],
  ['redis://a,b', /several hosts; give redis\+sentinel:\/\/.* redis\+cluster:\/\//],
  ['redis+sentinel://a,b', /names no master; give redis\+sentinel:\/\/host:26379/],
  ['redis+sentinel://a/main/0/1', /names no master/],
  ['redis+sentinel://a/main?sentinelUser=x', /sentinelUser without a sentinelPassword/],
  ['redis+cluster://a/1', /names a database, and a cluster has none but 0/],
  ['redis+cluster://a?replicas=1', /"replicas", which means nothing here; give prefix$/],
  ['redis://a?ca=x', /"ca", which means nothing here; give prefix, replicas/],
  ['rediss://a?timeout=1', /"timeout", which means nothing here; give prefix, ca, replicas/],
  ['redis://a?replicas=some', /the option replicas "some", which is not a whole number/],
  ['redis://a?prefix={x}', /the option prefix "\{x\}", which cannot begin the names of keys/],
  ['redis://a?prefix=', /cannot begin the names of keys/],
])('%j', (uri, message) => {
  expect(refusal(uri)).toMatch(message);
});

describe('secrets', () => {
  test.each([
    'redis://hunter2@localhost',
    'redis://me:hunter2@localhost:99999',
    'redis:///:hunter2@localhost',
    'redis+sentinel://me:hunter2@a',
    'redis+sentinel://a?sentinelPassword=hunter2',
    'redis://:hunter2@a,b',
    'redis+none://:hunter2@a',
  ])('are in no message: %s', (uri) => {
    expect(refusal(uri)).not.toContain('hunter2');
  });

  test('a password in place of a user is told as such', () => {
    expect(refusal('redis://hunter2@localhost')).toMatch(
      /before the @, but no password; give user:password@/,
    );
  });
});

describe('any', () => {
  const text = string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const host = record({
    host: oneof(stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/), constantFrom('10.1.2.3', '::1', 'fe80::1')),
    port: integer({ min: 1, max: 65_535 }),
  });
  const place = (each: { host: string; port: number }): string =>
    `${each.host.includes(':') ? `[${each.host}]` : each.host}:${each.port}`;
  const login = option(record({ user: option(text, { nil: undefined }), password: text }), {
    nil: undefined,
  });
  const spelled = (given: { user: string | undefined; password: string } | undefined): string =>
    given ? `${encodeURIComponent(given.user ?? '')}:${encodeURIComponent(given.password)}@` : '';

  test('address comes back as it was meant, and can be sent to a thread', () => {
    const scheme = constantFrom('redis', 'rediss');
    assert(
      property(scheme, login, array(host, { minLength: 1, maxLength: 4 }), text, nat(100), (...parts) => {
        const [start, given, hosts, master, db] = parts;
        const sentinels = parse(
          `${start}+sentinel://${spelled(given)}${hosts.map(place).join(',')}/${encodeURIComponent(master)}/${db}`,
        );
        expect(sentinels).toMatchObject({
          hosts,
          master,
          db,
          login: given,
          tls: start === 'redis' ? undefined : {},
        });
        expect(structuredClone(sentinels)).toEqual(sentinels);
        const cluster = parse(`${start}+cluster://${spelled(given)}${hosts.map(place).join(',')}`);
        expect(cluster).toMatchObject({ hosts, login: given });
        const first = hosts[0] ?? { host: 'none', port: 1 };
        const server = parse(`${start}://${spelled(given)}${place(first)}/${db}`);
        expect(server).toMatchObject({ hosts: [first], db, login: given });
      }),
    );
  });

  test('password pasted without encoding is understood, and never shown', () => {
    const raw = string({ minLength: 1, maxLength: 20 }).filter((password) => !/[%?]/.test(password));
    assert(
      property(raw, (password) => {
        const address = parse(`redis://me:${password}@host/1`);
        expect(address).toMatchObject({ login: { user: 'me', password }, hosts: [{ host: 'host' }], db: 1 });
        expect(settings.queueUri.show(address)).toBe('redis://me:***@host/1');
      }),
    );
  });

  test('text is an address or one line', () => {
    const start = constantFrom('redis://', 'rediss://h', 'redis+sentinel://h/', 'redis+cluster://h?', '');
    const anything = array(nat(0xff_ff)).map((units) => String.fromCharCode(...units));
    assert(
      property(start, oneof(anything, string()), (scheme, rest) => {
        outcome(() => read(['queueUri'], { env: { MONITOR_SERVER_QUEUE_URI: `${scheme}${rest}x` } }));
      }),
    );
    expect(() => parseQueueUri('', cwd)).toThrow(/is not the URI/);
  });
});
