import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests start hundreds of threads and processes: what one has compiled, the others need not compile again.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'monitor-server-compile-cache');

const folder = 'services/standalone/test/contract';
const contract = `${folder}/**/*.test.ts`;

/** What depends on how a record gets into PostgreSQL and out again; the first asks every route. */
const storing = `${folder}/{golden,traffic,import,export,parallel}.test.ts`;

/** The HTTP contract, run against a server that stores in this. */
const contractWith = (
  backend: 'sqlite' | 'postgres' | 'pipeline',
  name: string = backend,
  include = contract,
) => ({
  extends: true as const,
  test: { name, include: [include], env: { MONITOR_SERVER_TEST_BACKEND: backend } },
});

/** Short files that take long, which cannot be told from their size; whoever came to them last would end alone. */
const LONG = /store\/test\/(?:postgres|sqlite)\.test\.ts$|launch-postgres\.test\.ts$/;

/** The projects one after another, and in each what takes long first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): string =>
      `${project.name === 'units' ? 0 : 1}${project.name}${LONG.test(moduleId) ? 0 : 1}`;
    return (await super.sort(files)).toSorted((a, b) => place(a).localeCompare(place(b)));
  }
}

export default defineConfig({
  test: {
    // Many tests wait, for time to pass or for a server, and leave a processor to others.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    // What tests compare is garbage at once; with the usual room for it much of it is kept and looked at again.
    execArgv: ['--max-semi-space-size=64'],
    // The files of a worker share their modules: loading them anew takes longer than most files. What is opened, set
    // or hooked belongs into functions that a test file calls, not into the loading of a module.
    isolate: false,
    testTimeout: 60_000,
    // The first database of a fresh machine is installed first.
    hookTimeout: 180_000,
    globalSetup: ['packages/testing/src/global-setup.ts'],
    reporters: ['default', ['json', { outputFile: 'test-report.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['{packages,services}/*/test/**/*.test.ts', 'sdk/test/**/*.test.ts'],
          exclude: [contract],
        },
      },
      contractWith('sqlite'),
      contractWith('pipeline', 'pipeline-storing', storing),
      contractWith('postgres', 'postgres-storing', `${folder}/{golden,parallel}.test.ts`),
      // All of it, which `npm run test:all` runs: the suite of the store reads from PostgreSQL in every run.
      contractWith('pipeline'),
      contractWith('postgres'),
    ],
  },
});
