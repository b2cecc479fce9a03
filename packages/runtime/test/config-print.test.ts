import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { describeFlags, describeSettings, listenError, settingError, settings } from '../src/config/index.ts';
import { configFolder, keys } from './config.ts';

const { read } = configFolder();

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

describe('what is printed', () => {
  test('the configuration in force: every setting, its source, no secret', () => {
    const lines = describeSettings(
      read(keys, {
        argv: ['-p', '1', '-w', '1024', '-S', `${fixture('server.pem')},${fixture('server.key')}`],
        env: {
          MONITOR_SERVER_DATABASE_URI: 'postgresql://me:hunter2@host/db?password=hunter2',
          MONITOR_SERVER_QUEUE_URI: 'redis://:hunter2@host',
          MONITOR_SERVER_DATABASE_READ_URIS: 'postgresql://me:hunter2@a/db, postgresql://me:hunter2@b/db',
        },
      }),
    );
    expect(lines).toHaveLength(keys.length);
    expect(lines.join('\n')).not.toContain('hunter2');
    const words = lines.map((line) => line.replace(/ {2,}/, '  '));
    expect(words).toContain('port  1  (-p)');
    expect(words).toContain('timeout  60 s  (default)');
    expect(words).toContain('host  all interfaces  (default)');
    expect(lines.find((line) => line.startsWith('workers'))).toMatch(
      /^workers +1024, \d+ in force {2}\(-w\)$/,
    );
  });

  test('nothing of queues and replicas where the database is a file', () => {
    const names = describeSettings(read(keys)).map((line) => line.split('  ', 1)[0]);
    expect(names).toEqual(expect.arrayContaining(['host', 'port', 'database', 'log folder', 'certificate']));
    for (const name of ['read replicas', 'replica lag', 'queue', 'queue patience', 'backlog limit'])
      expect(names).not.toContain(name);
  });

  test('a subset is described as such, and the text can be sent to a thread', () => {
    const subset = read(['port', 'timeout']);
    expect(describeSettings(structuredClone(subset))).toEqual([
      'port     8181  (default)',
      'timeout  60 s  (default)',
    ]);
  });

  test('a setting that fails in use is blamed like one that fails in reading', () => {
    const result = read(['port', 'host'], { argv: ['-p', '80'] });
    expect(settingError(result, 'port', 'is taken').message).toBe('-p "80": is taken');
    const error = Object.assign(new Error('listen'), { code: 'EADDRINUSE' });
    expect(listenError(result, error)?.message).toMatch(/^-p "80": the port is taken .*MONITOR_SERVER_PORT/);
    const address = Object.assign(new Error('listen'), { code: 'EADDRNOTAVAIL' });
    expect(listenError(result, address)?.message).toMatch(/^MONITOR_SERVER_HOST/);
    expect(listenError(result, new Error('other'))).toBeUndefined();
  });

  test('help and documents name every flag and variable', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    for (const key of keys) expect(page).toContain(`\`${settings[key].variable}\``);
    for (const letter of 'ptwcuLShFks') expect(page).toContain(`\`-${letter}\``);
    expect(
      describeFlags(keys)
        .map((line) => line.slice(0, 2))
        .join(''),
    ).toBe('-p-t-w-c-u-L-S');
  });
});
