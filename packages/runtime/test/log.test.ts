import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError, readServiceSettings, type Source } from '../src/config/index.ts';
import { appendTo, openLogFile } from '../src/log/file.ts';
import { openServiceLogger } from '../src/log/logger.ts';
import { LOG_LIMIT, rotateLog } from '../src/log/rotation.ts';

const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const open = (path: string, flags: string): number => {
  const descriptor = openSync(path, flags);
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
};

/** What a service reads of its surroundings when it opens its log. */
const read = (source: Partial<Source>) =>
  readServiceSettings(['environment', 'logLevel', 'logFolder'], { argv: [], env: {}, cwd: '/', ...source });

test('what was logged is put aside whole, by age, and those who have the log open go on in an empty one', () => {
  const folder = temporary();
  const path = join(folder, 'server.log');
  const [one, other] = [open(path, 'a'), open(path, 'a')];
  for (let round = 1; round <= 7; round++) {
    writeSync(one, `${round} of one\n`);
    writeSync(other, `${round} of the other\n`);
    rotateLog(path);
    expect(readFileSync(path, 'utf8')).toBe('');
  }
  writeSync(other, 'last\n');
  expect(readFileSync(path, 'utf8')).toBe('last\n');
  const names = ['server.log', ...[1, 2, 3, 4, 5].map((number) => `server.log.${number}`)];
  expect(readdirSync(folder).toSorted()).toEqual(names);
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('7 of one\n7 of the other\n');
  expect(readFileSync(`${path}.5`, 'utf8')).toBe('3 of one\n3 of the other\n');
});

test('a log that several services share is put aside once, and loses no line', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const folder = temporary();
  const path = join(folder, 'monitor-server-ingest.log');
  const [one, other] = [openLogFile(path), openLogFile(path)];
  const large = `${'x'.repeat(LOG_LIMIT)}\n`;
  one.write(large);
  other.write('before\n');
  // The first to look moves the file, and the other goes on in it until it looks as well.
  vi.advanceTimersByTime(10_000);
  one.write('after of one\n');
  other.write('after of the other\n');
  vi.advanceTimersByTime(10_000);
  expect(readdirSync(folder).toSorted()).toEqual([
    'monitor-server-ingest.log',
    'monitor-server-ingest.log.1',
  ]);
  expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${large}before\n`);
  expect(readFileSync(path, 'utf8')).toBe('after of one\nafter of the other\n');

  // Somebody else may move it too.
  rmSync(path);
  vi.advanceTimersByTime(10_000);
  one.write('anew\n');
  expect(readFileSync(path, 'utf8')).toBe('anew\n');
});

test('a disk without room for the log holds nobody up', () => {
  const full = appendTo(() => open('/dev/full', 'a'));
  expect(() => full.write('lost\n')).not.toThrow();
});

test('a service logs into a file of its own in the folder it is given, and nowhere without one', () => {
  const folder = temporary();
  const env = { MONITOR_SERVER_LOGDIR: folder, MONITOR_SERVER_LOG_LEVEL: 'warn' };
  const logger = openServiceLogger('worker', read({ env }));
  logger.info('too little');
  logger.warn('enough');
  const [line, ...rest] = readFileSync(join(folder, 'monitor-server-worker.log'), 'utf8').trim().split('\n');
  expect(rest).toEqual([]);
  expect(JSON.parse(line ?? '')).toMatchObject({ name: 'worker', pid: process.pid, msg: 'enough' });

  expect(read({ argv: ['-L', folder] }).logFolder).toBe(folder);
  // What is the default of the launcher is none of a service that has no file to put anywhere.
  expect(read({ env: { TMPDIR: '/absent' } }).logFolder).toBeUndefined();
});

test('a log that cannot be written is refused in one line', () => {
  const folder = temporary();
  const config = read({ env: { MONITOR_SERVER_LOGDIR: folder } });
  rmSync(folder, { recursive: true });
  expect(() => openServiceLogger('query', config)).toThrow(ConfigError);
  expect(() => openServiceLogger('query', config)).toThrow(
    `MONITOR_SERVER_LOGDIR="${folder}": cannot write ${join(folder, 'monitor-server-query.log')} (ENOENT); make it writable`,
  );
});
