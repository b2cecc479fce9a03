import { runInNewContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { isBuiltin } from 'node:module';
import { build, type BuildResult } from 'esbuild';
import { expect, test } from 'vitest';
import { answer, startStub } from './stub.ts';

const SDK = fileURLToPath(new URL('..', import.meta.url));

/** Bundles a program that uses the library for browsers, as their users' bundlers do. */
function bundle(program: string): Promise<BuildResult<{ metafile: true; write: false }>> {
  return build({
    stdin: { contents: program, resolveDir: SDK, loader: 'ts' },
    absWorkingDir: SDK,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2024',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}

const PROGRAM = `
  import { Monitor } from './src/index.ts';
  globalThis.answers = Promise.all([
    new Monitor(globalThis.address).listComponents(),
    new Monitor('some.pymon').countMetrics().catch(String),
    new Monitor(globalThis.address).listMetrics().then((metrics) => metrics.toTable()).then((table) => table.numRows()),
  ]);
`;

test('the library runs in browsers: nothing of Node.js can be reached', async () => {
  const { metafile, outputFiles } = await bundle(PROGRAM);
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('src/platform/browser.ts');
  expect(
    inputs.filter((input) => /src\/(?:cli|local|original|platform\/(?:node|secure-fetch))/.test(input)),
  ).toEqual([]);
  expect(inputs.filter((input) => /better-sqlite3/.test(input))).toEqual([]);
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported.filter((path) => isBuiltin(path))).toEqual([]);

  const stub = await startStub((request, response) => {
    const isMetrics = request.url?.includes('/metrics/') === true;
    answer(response, isMetrics ? { metrics: [], total_page: 1 } : { components: ['io'] });
  });
  // A browser has these and no `process`, no `require`, no `Buffer`.
  const browser: Record<string, unknown> = {
    fetch,
    Request,
    Response,
    Headers,
    URL,
    URLSearchParams,
    AbortController,
    AbortSignal,
    TextEncoder,
    TextDecoder,
    Blob,
    CompressionStream,
    ReadableStream,
    FormData,
    setTimeout,
    clearTimeout,
    performance,
    btoa,
    address: stub.base,
  };
  browser['globalThis'] = browser;
  runInNewContext(outputFiles[0]?.text ?? '', browser);
  expect(await browser['answers']).toEqual([['io'], 'UnsupportedError: a database file needs Node.js', 0]);
});

test('who uses little bundles little', async () => {
  const { metafile, outputFiles } = await bundle(
    `import { Field } from './src/index.ts'; console.log(Field.ITEM);`,
  );
  expect(Object.keys(metafile.inputs).filter((input) => input.includes('node_modules'))).toSatisfy(
    (inputs: string[]) =>
      inputs.every((input) => (Object.values(metafile.outputs)[0]?.inputs[input]?.bytesInOutput ?? 0) === 0),
  );
  expect(outputFiles[0]?.text.length).toBeLessThan(2000);
});
