import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../dialect.ts';
import { isPostgres } from '../original/address.ts';
import { sourceOfDialect, type OpenUploadSource } from '../upload/source.ts';
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

/** Where SQLAlchemy, and so the configuration of an original server, puts the path of a file. */
const SQLITE = /^sqlite:\/\/\//i;

function pathOf(from: string | URL): string {
  const text = String(from);
  return /^file:/i.test(text) ? fileURLToPath(text) : text.replace(SQLITE, '');
}

async function openDatabase(
  path: string | URL,
  { timeout }: { timeout?: number | false | undefined },
): Promise<Dialect> {
  const { openLocalDialect } = await import('../local/dialect.ts');
  return openLocalDialect(pathOf(path), timeout === false ? LONGEST_WAIT_MS : timeout);
}

async function openUpload(from: string | URL, signal: AbortSignal | undefined): Promise<OpenUploadSource> {
  if (isPostgres(String(from))) {
    const { openPostgresSource } = await import('../original/postgres.ts');
    return openPostgresSource(String(from), signal);
  }
  const file = await openDatabase(from, {});
  return { ...sourceOfDialect(file, signal), close: () => file.close() };
}

/** In Node.js everything works. The database driver, which is native code, is loaded only for a database. */
export const platform: Platform = {
  openDatabase,
  openUpload,
  secureFetch: createSecureFetch,
  readText: (path) => readFile(path, 'utf8'),
  readLines: (path) => createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity }),
  writeText,
};
