import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const most = 64 * 1024;

/** What was appended to a log since it had `offset` bytes; the end of it, where that is long. */
export const readLog = (path: string, offset: number): string => {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(offset, size - most);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start)).toString('utf8');
  } finally {
    closeSync(file);
  }
};

export const lastLines = (text: string, count: number): string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
