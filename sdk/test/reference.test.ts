import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testFolder } from './pymon.ts';

const SDK = fileURLToPath(new URL('..', import.meta.url));

/** The pages of a folder, but for unions: the compiler lists their members in an order that anything may change. */
async function pagesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pages = paths.map(async (path) => {
    const lines = (await readFile(path, 'utf8')).split('\n');
    return [path.slice(folder.length), lines.filter((line) => !line.includes(' \\| ')).join('\n')] as const;
  });
  return new Map(await Promise.all(pages));
}

test(
  'the API reference says what the docstrings say; `npm run docs -w sdk` makes it',
  { timeout: 120_000 },
  async () => {
    const made = testFolder();
    const typedoc = join(SDK, 'node_modules', 'typedoc', 'bin', 'typedoc');
    await promisify(execFile)(process.execPath, [typedoc, '--out', made], { cwd: SDK });
    expect(await pagesIn(made)).toEqual(await pagesIn(join(SDK, '..', 'docs', 'sdk')));
  },
);
