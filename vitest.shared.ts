import { defineConfig } from 'vitest/config';

/** Settings that every package's tests share; the JSON file is what `.ci/test.mjs` counts. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
