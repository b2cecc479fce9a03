import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readClosure } from './closure.ts';
import { compileFolder } from './sources.ts';

// Makes monitor-server-VERSION.tgz in `dist`, or in the folder that is given: the server in JavaScript with everything it
// needs, so that an installation asks no registry.

const START = 'services/standalone';

/** What of other packages takes room and runs nowhere. */
const NEEDLESS = new RegExp(
  [
    String.raw`\.(?:map|md|markdown|[cm]?ts)$`,
    String.raw`/(?:tests?|e2e|examples|\.github)$`,
    '^better-sqlite3/(?:deps|src)(?:/|$)',
    // For bundlers.
    '^@opentelemetry/[^/]+/build/(?:esm|esnext)(?:/|$)',
  ].join('|'),
);

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  exports?: Record<string, string>;
  dependencies?: Record<string, string>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist'));
// The name that npm gives to the folder in such an archive.
const stage = join(target, 'package');

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;

const write = (path: string, content: object): void =>
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);

/** A package of this repository, with what it exports in JavaScript. */
function addOurs(folder: string): void {
  const { name, version, license, exports = {}, dependencies = {} } = readManifest(folder);
  const place = join(stage, 'node_modules', name);
  compileFolder(join(root, folder, 'src'), join(place, 'src'));
  write(join(place, 'package.json'), {
    name,
    version,
    license,
    type: 'module',
    exports: Object.fromEntries(
      Object.entries(exports)
        .filter(([, path]) => path.startsWith('./src/'))
        .map(([key, path]) => [key, path.replace(/\.ts$/, '.js')]),
    ),
    dependencies,
  });
}

function addOther(folder: string): void {
  cpSync(join(root, folder), join(stage, folder), {
    recursive: true,
    filter: (source) => {
      const path = source.slice(join(root, folder).length + 1);
      return (
        basename(source) !== 'node_modules' &&
        !NEEDLESS.test(`${folder.replace(/^.*node_modules\//, '')}/${path}`)
      );
    },
  });
}

const { version, description, license } = readManifest('.');
const { ours, others } = readClosure(root, START);
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
ours.forEach(addOurs);
others.forEach(addOther);

compileFolder(join(root, START, 'src'), join(stage, 'src'));
const launcher = join(stage, 'src/launch.js');
// Warnings of Node's about itself are nothing that an operator could do something about.
const shebang = '#!/usr/bin/env -S node --disable-warning=ExperimentalWarning\n';
writeFileSync(launcher, shebang + readFileSync(launcher, 'utf8'));
chmodSync(launcher, 0o755);

const names = [
  ...ours.map((folder) => readManifest(folder)),
  ...others.filter((path) => path.lastIndexOf('node_modules/') === 0).map(readManifest),
];
write(join(stage, 'package.json'), {
  name: 'monitor-server',
  version,
  description,
  license,
  type: 'module',
  bin: { 'monitor-server': 'src/launch.js' },
  engines: { node: '>=22.15' },
  dependencies: Object.fromEntries(names.map(({ name, version }) => [name, version])),
  bundleDependencies: names.map(({ name }) => name),
});
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md'])
  copyFileSync(join(root, name), join(stage, name));

const archive = join(target, `monitor-server-${version}.tgz`);
// As `npm pack` would do it, in a tenth of the time.
execFileSync('tar', ['-czf', archive, '-C', target, basename(stage)]);
rmSync(stage, { recursive: true });
console.log(archive);
