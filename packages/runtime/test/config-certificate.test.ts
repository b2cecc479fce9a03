import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { configFolder, failure } from './config.ts';

const { cwd, file, read } = configFolder();

// Made with openssl: `authority` signed `server` and `expired`, both of which belong to `server.key`; `chain` is
// the authority followed by the server; `encrypted.key` is `server.key` under a passphrase.
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const pem = (name: string): string => readFileSync(fixture(name), 'latin1');

const load = (...names: string[]) => {
  const argv = ['-S', names.map((name) => (name.startsWith('/') ? name : fixture(name))).join(',')];
  return read(['certificate'], { argv }).certificate;
};
const reason = (...names: string[]): string => failure(() => load(...names));

describe('certificate', () => {
  test('either order, chains in any order, one file for both', () => {
    const plain = { cert: pem('server.pem'), key: pem('server.key') };
    expect(load('server.pem', 'server.key')).toMatchObject(plain);
    expect(load('server.key', 'server.pem')).toMatchObject(plain);
    const chained = { cert: pem('server.pem') + pem('authority.pem'), key: pem('server.key') };
    expect(load('chain.pem', 'server.key')).toMatchObject(chained);
    expect(load('authority.pem', 'server.key', 'server.pem')).toMatchObject(chained);
    const both = file('a,b.pem', `some words\n${pem('server.key')}\n${pem('server.pem')}`);
    expect(load(both)).toEqual({ ...plain, paths: [both] });
    expect(() => createSecureContext(chained)).not.toThrow();
  });

  test('paths start at the working folder, blanks around them are ignored', () => {
    file('c.pem', pem('server.pem'));
    file('k.pem', pem('server.key'));
    const env = { MONITOR_SERVER_CERTIFICATE: 'c.pem , k.pem' };
    expect(read(['certificate'], { env }).certificate?.paths).toEqual([
      join(cwd, 'c.pem'),
      join(cwd, 'k.pem'),
    ]);
  });

  test('what cannot serve HTTPS is refused for its reason', () => {
    expect(reason('server.pem')).toMatch(/no private key/);
    expect(reason('server.key')).toMatch(/no certificate/);
    expect(reason('server.pem', 'other.key')).toMatch(/does not match/);
    expect(reason('server.pem', 'server.key', 'other.key')).toMatch(/more than one/);
    expect(reason('server.pem', 'encrypted.key')).toMatch(/passphrase/);
    expect(reason('expired.pem', 'server.key')).toMatch(/expired on Jan {2}1 00:00:00 2021 GMT/);
    expect(reason('server.pem', '/absent.key')).toMatch(/cannot read \/absent\.key \(ENOENT\)/);
    expect(reason('server.pem', file('der', Buffer.from([0x30, 0x82])))).toMatch(/der is not in PEM format/);
    const garbled = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(reason('server.key', file('garbled', garbled))).toMatch(/cannot be read/);
  });
});
