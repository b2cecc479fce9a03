import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/** What stands for another file of the same sources, in an import or for a thread: `'./app.ts'`. */
const reference = /(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g;

/** The same in JavaScript: only the types are gone, so every line is where it was. */
const compile = (text: string): string => stripTypeScriptTypes(text).replaceAll(reference, '$1$2.js$1');

/** Copies a folder of sources, with TypeScript as JavaScript and everything else as it is. */
export function compileFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    mkdirSync(dirname(target), { recursive: true });
    if (entry.name.endsWith('.ts')) {
      writeFileSync(target.replace(/\.ts$/, '.js'), compile(readFileSync(source, 'utf8')));
    } else copyFileSync(source, target);
  }
}
