// Compiles kernels.ts to WebAssembly and writes it as a module of text: src/kernels/binary.ts.
import asc from 'assemblyscript/asc';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('kernels.ts', import.meta.url));
const target = fileURLToPath(new URL('../src/kernels/binary.ts', import.meta.url));
const flags = '-O3 --noAssert --runtime stub --enable simd --use abort= --initialMemory 2'.split(' ');

/** The text of src/kernels/binary.ts. */
export async function compile() {
  const files = new Map();
  const { error, stderr } = await asc.main([source, ...flags, '--outFile', 'kernels.wasm'], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const text = Buffer.from(files.get('kernels.wasm')).toString('base64');
  const lines = text.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `/** assembly/kernels.ts, compiled; base64. */\nexport const binary: string =\n${lines.join(' +\n')};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await compile());
