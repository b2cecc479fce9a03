import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readClosure } from './closure.ts';

// Prints the licence of every package that the server runs with, those with the same one together.

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  packages: Record<string, { version: string; license?: string }>;
};
const named = readClosure(root, 'services/standalone').others.map((path) => ({
  name: `${path.replace(/^.*node_modules\//, '')}@${packages[path]?.version}`,
  licence: packages[path]?.license ?? 'unknown',
}));
const groups = Map.groupBy(named, ({ licence }) => licence);
for (const [licence, members] of [...groups].toSorted(([, a], [, b]) => b.length - a.length)) {
  const names = members.map(({ name }) => name).toSorted();
  console.log(`${licence} (${names.length})\n  ${names.join(', ')}\n`);
}
