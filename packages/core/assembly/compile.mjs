// Compiles the loops of this folder to WebAssembly and writes each as a module of text in src/kernels.
import asc from 'assemblyscript/asc';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const flags = '-O3 --noAssert --runtime stub --enable simd --use abort='.split(' ');

/** The modules of text in src/kernels, by the source that each is made of, with the pages of memory that it begins with. */
export const modules = {
  kernels: { target: 'binary.ts', pages: 2 },
  'grid-search': { target: 'search-binary.ts', pages: 51 },
  panels: { target: 'panels-binary.ts', pages: 0 },
  expand: { target: 'expand-binary.ts', pages: 5 },
  products: { target: 'products-binary.ts', pages: 11 },
};

/** The text of the module that is made of a source. */
export async function compile(name) {
  const source = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const files = new Map();
  const memory = ['--initialMemory', String(modules[name].pages)];
  const { error, stderr } = await asc.main([source, ...flags, ...memory, '--outFile', 'kernels.wasm'], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const text = Buffer.from(files.get('kernels.wasm')).toString('base64');
  const lines = text.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `/** assembly/${name}.ts, compiled; base64. */\nexport const binary: string =\n${lines.join(' +\n')};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, { target }] of Object.entries(modules))
    writeFileSync(fileURLToPath(new URL(`../src/kernels/${target}`, import.meta.url)), await compile(name));
