import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { writeDeclarations } from './declarations.ts';

// Makes the folder that is published, `dist` unless another is given: JavaScript and declarations, with what is private
// to the repository built in. `npm pack ./dist` and `npm publish ./dist` take it from there.

const SDK = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = resolve(process.argv[2] ?? join(SDK, 'dist'));

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, object>;
  engines: Record<string, string>;
}

/** The contract makes its schemas when it is loaded; what is not used of it is left out all the same. */
const contract: Plugin = {
  name: 'contract',
  setup(building) {
    building.onResolve({ filter: /^@monitor-server\/contract/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === contract.name) return undefined;
      const { kind, resolveDir, importer } = rest;
      const options = { kind, resolveDir, importer, pluginData: contract.name };
      return { ...(await building.resolve(path, options)), sideEffects: false };
    });
  },
};

async function writeModules(dependencies: readonly string[]): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: SDK,
    // Every module is a file of its own, so that who bundles the library takes along only what is used.
    entryPoints: ['src/**/*.ts'],
    outbase: 'src',
    outdir: FOLDER,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    // Neither: what runs where is decided when the package is installed, by the condition behind `#platform`.
    platform: 'neutral',
    target: 'es2024',
    sourcemap: true,
    external: ['#platform', 'node:*', ...dependencies],
    plugins: [contract],
    metafile: true,
  });
  return metafile;
}

/** The packages that modules import, without the paths behind their names. */
function importedPackages({ outputs }: Metafile): Set<string> {
  const paths = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const names = paths.map(({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  return new Set(names.filter((name) => !name.startsWith('#') && !isBuiltin(name)));
}

function published(manifest: Manifest, imported: ReadonlySet<string>): object {
  const { name, version, description, license, engines, dependencies } = manifest;
  const { peerDependencies, peerDependenciesMeta } = manifest;
  return {
    name,
    version,
    description,
    keywords: ['pytest', 'pytest-monitor', 'monitor-server', 'performance', 'benchmark', 'data frame'],
    license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    bin: { monitor: './cli/main.js' },
    imports: { '#platform': { node: './platform/node.js', default: './platform/browser.js' } },
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([each]) => imported.has(each))),
    peerDependencies,
    peerDependenciesMeta,
    engines,
  };
}

const manifest = JSON.parse(await readFile(join(SDK, 'package.json'), 'utf8')) as Manifest;
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
  (name) => !name.startsWith('@monitor-server/'),
);

await rm(FOLDER, { recursive: true, force: true });
const imported = importedPackages(await writeModules(dependencies));
const unknown = [...imported].filter((name) => !dependencies.includes(name));
if (unknown.length > 0)
  throw new Error(`the modules import ${unknown.join(', ')}, which the package does not depend on`);
await writeDeclarations(FOLDER);
await writeFile(
  join(FOLDER, 'package.json'),
  `${JSON.stringify(published(manifest, imported), undefined, 2)}\n`,
);
await copyFile(join(SDK, 'README.md'), join(FOLDER, 'README.md'));
await copyFile(join(SDK, '..', 'LICENSE'), join(FOLDER, 'LICENSE'));
