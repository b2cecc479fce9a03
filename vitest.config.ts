import { defineConfig } from 'vitest/config';

const contract = 'services/standalone/test/contract/**/*.test.ts';

/** What depends on how a record gets into PostgreSQL. */
const storing = 'services/standalone/test/contract/{golden,traffic,import,export,parallel}.test.ts';

/** The HTTP contract, run against a server that stores in this. */
const contractWith = (
  backend: 'sqlite' | 'postgres' | 'pipeline',
  name: string = backend,
  include = contract,
) => ({
  extends: true as const,
  test: { name, include: [include], env: { MONITOR_SERVER_TEST_BACKEND: backend } },
});

export default defineConfig({
  test: {
    maxWorkers: '100%',
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
      contractWith('pipeline'),
      contractWith('postgres', 'direct', storing),
      // All of it, which `npm test` leaves out: reads are those of the pipeline.
      contractWith('postgres'),
    ],
  },
});
