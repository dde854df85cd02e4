import { loadModule, type WasmVariant } from './wasm/load-module.js';
import { probeRelaxedDot, probeRelaxedSwizzle, type RelaxedDot } from './wasm/probe-relaxed.js';
import { type WasmApi, webAssembly } from './wasm/web-assembly.js';

/** What computes: TypeScript, WebAssembly SIMD, or that with relaxed operations. */
export type Variant = 'scalar' | WasmVariant;

/** What this host can do, found by validation and by running each relaxed operation. */
export interface Capabilities {
  readonly webAssembly: boolean;
  /** Fixed-width SIMD (128 bits): the host validates it, and compiling it is not forbidden. */
  readonly simd: boolean;
  /** Relaxed SIMD: the host validates it, and its lookup was found to be right. */
  readonly relaxedSimd: boolean;
  /** How the relaxed dot product of integers computes here; `undefined` where it is missing or wrong. */
  readonly relaxedDot: RelaxedDot | undefined;
  /** Why something is missing, in words. */
  readonly notes: readonly string[];
}

/** Modules of one function: `i8x16.splat`, and `i8x16.relaxed_swizzle`. */
const simdModule = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
];
const relaxedModule = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11],
];

let found: Promise<Capabilities> | undefined;

/** What this host can do. It is found out once. */
export function detectCapabilities(): Promise<Capabilities> {
  found ??= detect();
  return found;
}

async function detect(): Promise<Capabilities> {
  const api = webAssembly();
  const none = { webAssembly: false, simd: false, relaxedSimd: false, relaxedDot: undefined };
  if (api === undefined) return { ...none, notes: ['The host has no WebAssembly.'] };
  const missing = { ...none, webAssembly: true };
  if (!api.validate(Uint8Array.from(simdModule)))
    return { ...missing, notes: ['The WebAssembly of the host has no SIMD.'] };
  try {
    return { ...missing, simd: true, ...(await detectRelaxed(api)) };
  } catch (error) {
    return { ...missing, notes: [`The host does not compile WebAssembly: ${String(error)}`] };
  }
}

/** What relaxed SIMD can do. Where it is not taken, plain SIMD is compiled, so that both are not loaded where one will do. */
async function detectRelaxed(
  api: WasmApi,
): Promise<Pick<Capabilities, 'relaxedSimd' | 'relaxedDot' | 'notes'>> {
  const none = async (note: string) => {
    await loadModule('simd', new api.Memory({ initial: 1 }));
    return { relaxedSimd: false, relaxedDot: undefined, notes: [note] };
  };
  if (!api.validate(Uint8Array.from(relaxedModule)))
    return none('The WebAssembly of the host has no relaxed SIMD.');
  const memory = new api.Memory({ initial: 1 });
  const kernels = await loadModule('relaxed', memory);
  if (!probeRelaxedSwizzle(kernels, memory)) return none('The relaxed lookup computes wrongly on this host.');
  const relaxedDot = probeRelaxedDot(kernels, memory);
  const notes = relaxedDot === undefined ? ['The relaxed dot product computes wrongly on this host.'] : [];
  return { relaxedSimd: true, relaxedDot, notes };
}
