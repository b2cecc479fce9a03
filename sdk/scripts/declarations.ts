import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** The module that an import or export names. */
const SPECIFIER = /((?:from|import\()\s*['"])([^'"]+)(['"])/g;

/**
 * Writes the declarations of everything that the index can reach. The compiler leaves `.ts` in their imports, which
 * nobody but this repository could resolve; and what is private to the repository must not show through.
 */
export async function writeDeclarations(folder: string): Promise<void> {
  const emitted = await mkdtemp(join(tmpdir(), 'monitor-sdk-types-'));
  try {
    const project = join(SDK, 'tsconfig.declarations.json');
    await promisify(execFile)(process.execPath, [COMPILER, '-p', project, '--outDir', emitted]);
    const root = join(emitted, 'sdk', 'src');
    const waiting = [join(root, 'index.d.ts')];
    const done = new Set(waiting);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const from = path;
      const text = (await readFile(from, 'utf8')).replace(SPECIFIER, (_, before, name: string, after) => {
        if (/^(?:#|@monitor-server\/)/.test(name)) throw new Error(`${from} shows ${name}, which is private`);
        if (!name.startsWith('.')) return `${before}${name}${after}`;
        const target = join(dirname(from), name.replace(/\.ts$/, '.d.ts'));
        if (!done.has(target)) waiting.push(target);
        done.add(target);
        return `${before}${name.replace(/\.ts$/, '.js')}${after}`;
      });
      const written = join(folder, relative(root, from));
      await mkdir(dirname(written), { recursive: true });
      await writeFile(written, text);
    }
  } finally {
    await rm(emitted, { recursive: true });
  }
}
