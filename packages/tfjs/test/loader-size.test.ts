import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';

test('a page that only loads takes less than 17 KB besides TensorFlow.js', async () => {
  const entry = fileURLToPath(new URL('../src/load/index.ts', import.meta.url));
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry, formats: ['es'] },
      rollupOptions: { external: /^@tensorflow\// },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  expect(output.length).toBe(1);
  const [{ code, imports }] = output;
  expect(imports.every((name) => name.startsWith('@tensorflow/'))).toBe(true);
  // 3 KB of them are the kernels that decode codes, without which a model of packed weights predicts more slowly; 0.2 KB give each call of a
  // recurrent layer arguments of its own, which states of other calls would stand in.
  expect(gzipSync(code).length).toBeLessThan(17 * 1024);
});
