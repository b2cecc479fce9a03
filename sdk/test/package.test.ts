import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testFolder } from './pymon.ts';

const run = promisify(execFile);

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

const BUILD = pathOf('../scripts/build.ts');
const COMPILER = pathOf('../../node_modules/typescript/bin/tsc');
const TYPES = pathOf('../../node_modules/@types');
const FILE = pathOf('fixtures/serial.pymon');

const PROGRAM = `
import { Field, Metrics, Monitor, ResourceMethod, ResourceType, type Metric } from '@monitor-server/sdk';

await using monitor = new Monitor(process.argv[2] ?? '');
const metrics: Metrics = await monitor.listMetricsResources(ResourceType.MEMORY, ResourceMethod.TOP, 3);
const first: Metric | undefined = metrics.at(0);
const sessions = await monitor.listSessionsFrom(metrics);
const table = await metrics.toTable({ sessions, keep: [Field.ITEM, Field.RUN_DATE] });
const counts: object[] = table.groupby('item').count().objects();
const arrow = await metrics.toArrow();
const parquet: Uint8Array = await metrics.toParquet();
console.log(JSON.stringify([counts.length, first?.memoryUsage, arrow.numRows, parquet.length > 100]));
`;

/** What the compiler says about the program and about everything it imports, but for arquero's own declarations. */
async function complaints(folder: string, module: string, resolution: string): Promise<string[]> {
  const flags = ['--noEmit', '--strict', '--target', 'es2024', '--lib', 'es2024,esnext.disposable,dom'];
  const modules = [
    '--module',
    module,
    '--moduleResolution',
    resolution,
    '--types',
    'node',
    '--typeRoots',
    TYPES,
  ];
  const { stdout } = await run(process.execPath, [COMPILER, ...flags, ...modules, 'main.ts'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('node_modules/arquero/'));
}

test(
  'the packed library is installed into a new project, which compiles and runs',
  { timeout: 240_000 },
  async () => {
    const built = testFolder();
    await run(process.execPath, [BUILD, built]);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', built, built]);
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'index.js',
        'index.d.ts',
        'platform/node.js',
        'platform/browser.js',
      ]),
    );
    expect(files.filter(({ path }) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);

    const project = testFolder();
    await writeFile(join(project, 'package.json'), '{"name": "new", "private": true, "type": "module"}');
    await writeFile(join(project, 'main.ts'), PROGRAM);
    await run(
      'npm',
      ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', join(built, filename)],
      {
        cwd: project,
      },
    );
    expect(await complaints(project, 'nodenext', 'nodenext')).toEqual([]);
    expect(await complaints(project, 'esnext', 'bundler')).toEqual([]);

    const ran = await run(process.execPath, ['main.ts', FILE], { cwd: project });
    expect(JSON.parse(ran.stdout)).toEqual([3, 3.6796875, 3, true]);
  },
);
