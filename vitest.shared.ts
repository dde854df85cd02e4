import { defineConfig } from 'vitest/config';

/** Settings that every package's tests share; the JSON file is what `.ci/test.mjs` counts. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
    // Guards against hanging: far beyond what a loaded machine takes, so that no test fails for being slow.
    testTimeout: 20 * 60_000,
    hookTimeout: 20 * 60_000,
    maxWorkers: 2,
    // Files share a process and what it has imported: starting one for each took a fifth of the time of all tests. So a test gives
    // back what it changes in the process, and counts from what it finds there.
    isolate: false,
  },
});
