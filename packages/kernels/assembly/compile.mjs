// Compiles this folder to WebAssembly, once with plain SIMD and once with relaxed SIMD, and writes each as a module of text in
// src/binaries. The modules use the memory of others, so they may have nothing of their own in it.
import asc from 'assemblyscript/asc';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const flags =
  '-O3 --noAssert --runtime stub --importMemory --initialMemory 1 --enable simd --disable mutable-globals --use abort='.split(
    ' ',
  );

/** More flags of each variant. */
export const variants = { simd: [], relaxed: ['--enable', 'relaxed-simd'] };

/** Sections of a module that may be there, by their number; not there: globals, start, elements, data. */
const allowed = { 0: 'custom', 1: 'types', 2: 'imports', 3: 'functions', 7: 'exports', 10: 'code' };

/** The module of a variant. */
export async function compileVariant(variant) {
  const source = fileURLToPath(new URL('kernels.ts', import.meta.url));
  const files = new Map();
  const { error, stderr } = await asc.main([source, ...flags, ...variants[variant], '--outFile', 'k.wasm'], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const bytes = files.get('k.wasm');
  const foreign = sectionsOf(bytes).filter((id) => !(id in allowed));
  if (foreign.length > 0) throw new Error(`The ${variant} module has sections ${foreign.join(', ')}.`);
  return bytes;
}

/** The numbers of the sections of a module, in their order. */
export function sectionsOf(bytes) {
  const ids = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return ids;
}

function textOf(variant, bytes) {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line) => `  '${line}'`);
  return `/** assembly, compiled with ${variant} SIMD; base64. */\nexport const binary: string =\n${lines.join(' +\n')};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const variant of Object.keys(variants)) {
    const text = textOf(variant === 'simd' ? 'plain' : variant, await compileVariant(variant));
    writeFileSync(fileURLToPath(new URL(`../src/binaries/${variant}.ts`, import.meta.url)), text);
  }
