import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{packages,services}/*/test/**/*.test.ts',
      'sdk/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'test-report.json' }]],
  },
});
