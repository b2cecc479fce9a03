import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readClosure } from './closure.ts';

// Prints a CycloneDX document of what the server runs with: npm's own, without what only develops and tests.

interface Sbom {
  metadata: { component: { name: string } };
  components: { 'bom-ref': string; version: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const { ours, others } = readClosure(root, 'services/standalone');
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
  packages: Record<string, { name?: string; version: string }>;
};
const running = new Set(
  ['', 'services/standalone', ...ours, ...others].map((path) => {
    const { name = path.replace(/^.*node_modules\//, ''), version } = packages[path] ?? { version: '' };
    return `${name}@${version}`;
  }),
);

const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const all = JSON.parse(text) as Sbom;
const { metadata } = all;
const sbom = {
  ...all,
  // npm names it after the folder it was cloned into.
  metadata: { ...metadata, component: { ...metadata.component, name: 'monitor-server' } },
  components: all.components.filter((component) => running.has(component['bom-ref'])),
  dependencies: all.dependencies
    .filter(({ ref }) => running.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => running.has(other)) })),
};
console.log(JSON.stringify(sbom, undefined, 2));
