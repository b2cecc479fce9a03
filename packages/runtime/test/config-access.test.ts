import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposure } from '../src/config/index.ts';
import { configFolder } from './config.ts';

const { read, refused } = configFolder();

const withProxies = (text: string) =>
  read(['trustedProxies'], { env: { MONITOR_SERVER_TRUSTED_PROXIES: text } }).trustedProxies;

describe('access', () => {
  test('is open unless tokens are asked for', () => {
    expect(read(['access']).access).toBe('open');
    expect(read(['access'], { env: { MONITOR_SERVER_ACCESS: ' Tokens ' } }).access).toBe('tokens');
    expect(refused(['access'], { env: { MONITOR_SERVER_ACCESS: 'token' } })).toBe(
      'MONITOR_SERVER_ACCESS="token": is no kind of access; give open or tokens',
    );
  });

  test.each([
    [undefined, true],
    ['0.0.0.0', true],
    ['::', true],
    ['192.168.1.2', true],
    ['ci.example', true],
    ['127.0.0.1', false],
    ['127.9.9.9', false],
    ['::1', false],
    ['localhost', false],
  ])('that is open on %s is warned of: %s', (host, isExposed) => {
    expect(exposure({ access: 'open', host }) !== undefined).toBe(isExposed);
    expect(exposure({ access: 'tokens', host })).toBeUndefined();
  });
});

describe('trusted proxies', () => {
  test('are addresses, networks and their names', () => {
    expect(read(['trustedProxies']).trustedProxies).toBeUndefined();
    expect(withProxies('10.0.0.1, 10.0.0.0/8,fd00::/8 ,::1,loopback,uniquelocal')).toEqual([
      '10.0.0.1',
      '10.0.0.0/8',
      'fd00::/8',
      '::1',
      'loopback',
      'uniquelocal',
    ]);
  });

  test.each([
    'gateway',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '*',
    'true',
    '10.0.0.1 10.0.0.2',
  ])('are not %s', (text) => {
    expect(refused(['trustedProxies'], { env: { MONITOR_SERVER_TRUSTED_PROXIES: text } })).toMatch(
      /^MONITOR_SERVER_TRUSTED_PROXIES=.*which is no address; give addresses/,
    );
  });

  test('that are taken can be used', async () => {
    const { createHttpApp } = await import('../src/http/index.ts');
    const { pino } = await import('pino');
    fc.assert(
      fc.property(fc.oneof(fc.ipV4Extended(), fc.ipV4(), fc.ipV6()), fc.nat(130), (address, bits) => {
        const text = `${address}/${bits}`;
        let trustedProxies: readonly string[] | undefined;
        try {
          trustedProxies = withProxies(text);
        } catch {
          return;
        }
        const logger = pino({ level: 'silent' });
        expect(() => createHttpApp({ logger, timeout: 1, trustedProxies })).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });
});
