import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rotateLog } from '../src/log-rotation.ts';

test('what was logged is put aside whole, by age, and those who have the log open go on in an empty one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'server.log');
  const [one, other] = [openSync(path, 'a'), openSync(path, 'a')];
  onTestFinished(() => {
    closeSync(one);
    closeSync(other);
    rmSync(folder, { recursive: true });
  });
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
