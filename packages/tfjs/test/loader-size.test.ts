import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';

test('a page that only loads takes less than 18 KB besides TensorFlow.js', async () => {
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
  // What compiles, what keeps weights packed and what is said of files that do not load is in other files, which are imported when
  // they are needed.
  const loaded = loadedAtOnce(output);
  expect(loaded.flatMap(({ imports }) => imports).filter((name) => name.startsWith('@lowbit/'))).toEqual([]);
  const code = loaded.map((chunk) => chunk.code).join('');
  // 3.5 KB of them are the loops that expand codes, without which packed models load more slowly; 0.2 KB give each call of a
  // recurrent layer arguments of its own, which states of other calls would stand in; 1 KB are loops that multiply by codes.
  expect(gzipSync(code).length).toBeLessThan(18_000);
});

/** The entry, and what it imports of the output at once. */
function loadedAtOnce(output: Rolldown.RolldownOutput['output']): Rolldown.OutputChunk[] {
  const chunks = new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one]] : [])));
  const found = new Set<Rolldown.OutputChunk>();
  const visit = (chunk: Rolldown.OutputChunk) => {
    if (found.has(chunk)) return;
    found.add(chunk);
    for (const name of chunk.imports) if (chunks.has(name)) visit(chunks.get(name)!);
  };
  visit(output[0]);
  expect(found.size).toBeLessThan(chunks.size);
  return [...found];
}
