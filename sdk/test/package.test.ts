import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
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

const USE_OF_LITTLE = `import { Field } from '@monitor-server/sdk'; console.log(Field.ITEM);`;

const DOCUMENTS = [pathOf('../README.md'), pathOf('../../docs/sdk-statistics.md')];
const EXAMPLES = pathOf('../examples');

/** What examples take for granted that start in the middle. */
const BEGINNING = `
import { Monitor } from '@monitor-server/sdk';
const monitor = new Monitor('.pymon');
const metrics = await monitor.listMetrics();
const sessions = await monitor.listSessions();
const contexts = await monitor.listContexts();
`;

/** Writes every example of the documents to a file of its own, and gives their names. */
async function writeExamples(folder: string): Promise<string[]> {
  const texts = await Promise.all(DOCUMENTS.map((path) => readFile(path, 'utf8')));
  const examples = texts.flatMap((text) =>
    [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code),
  );
  expect(examples.length).toBeGreaterThan(4);
  const names = examples.map((_, at) => `example-${at}.ts`);
  await Promise.all(
    examples.map((code, at) => {
      const program = code.startsWith('import') ? code : `${BEGINNING}${code}`;
      return writeFile(join(folder, names[at] ?? ''), program);
    }),
  );
  return names;
}

/** What the compiler says about programs and about everything they import, but for arquero's own declarations. */
async function complaints(
  folder: string,
  programs: readonly string[],
  [module, resolution]: readonly [module: string, resolution: string],
): Promise<string[]> {
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
  const { stdout } = await run(process.execPath, [COMPILER, ...flags, ...modules, ...programs], {
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
        'cli/main.js',
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
    await cp(EXAMPLES, join(project, 'examples'), { recursive: true });
    const recipes = (await readdir(EXAMPLES)).map((name) => join('examples', name));
    const programs = ['main.ts', ...recipes, ...(await writeExamples(project))];
    expect(await complaints(project, programs, ['nodenext', 'nodenext'])).toEqual([]);
    expect(await complaints(project, programs, ['esnext', 'bundler'])).toEqual([]);

    const { outputFiles } = await build({
      stdin: { contents: USE_OF_LITTLE, resolveDir: project },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
    });
    expect(outputFiles[0]?.text.length).toBeLessThan(1000);

    const ran = await run(process.execPath, ['main.ts', FILE], { cwd: project });
    expect(JSON.parse(ran.stdout)).toEqual([3, 3.6796875, 3, true]);

    const top = ['top', 'memory', '-n', '1', '--json', '-s', FILE];
    const listed = await run(join('node_modules', '.bin', 'monitor'), top, { cwd: project });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ variant: 'test_memory', memory_usage: 3.6796875 }]);
  },
);
