import type { KernelExports } from './exports.js';
import { importingShared } from './shared-import.js';
import { type WasmMemory, type WasmModule, webAssembly } from './web-assembly.js';

/** One module for each. */
export type WasmVariant = 'simd' | 'relaxed';

declare function atob(text: string): string;

const compiled = new Map<string, Promise<WasmModule>>();

/**
 * An instance of a variant over a memory. The module is imported when it is first asked for, and compiled once, and once more for
 * memories that are shared between threads.
 *
 * @throws what the host throws where it has no WebAssembly SIMD, or a Content-Security-Policy forbids to compile.
 */
export async function loadModule(variant: WasmVariant, memory: WasmMemory): Promise<KernelExports> {
  const isShared = Object.prototype.toString.call(memory.buffer) === '[object SharedArrayBuffer]';
  const key = `${variant} ${isShared}`;
  const module = compiled.get(key) ?? compile(variant, isShared);
  compiled.set(key, module);
  const { exports } = await webAssembly()!.instantiate(await module, { env: { memory } });
  return exports as KernelExports;
}

async function compile(variant: WasmVariant, isShared: boolean): Promise<WasmModule> {
  const { binary } =
    variant === 'relaxed' ? await import('../binaries/relaxed.js') : await import('../binaries/simd.js');
  const bytes = bytesOf(binary);
  return webAssembly()!.compile(isShared ? importingShared(bytes) : bytes);
}

function bytesOf(binary: string): Uint8Array {
  const text = atob(binary);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
