import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Platform } from './platform.ts';
import { createSecureFetch } from './secure-fetch.ts';

/** What SQLite takes as the longest time to wait for a lock. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

async function writeText(path: string, chunks: Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** In Node.js everything works. The database driver, which is native code, is loaded only for a database. */
export const platform: Platform = {
  async openDatabase(path, { timeout }) {
    const { openLocalDialect } = await import('../local/dialect.ts');
    const wait = timeout === false ? LONGEST_WAIT_MS : timeout;
    return openLocalDialect(/^file:/i.test(String(path)) ? fileURLToPath(path) : String(path), wait);
  },
  secureFetch: createSecureFetch,
  readText: (path) => readFile(path, 'utf8'),
  readLines: (path) => createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity }),
  writeText,
};
