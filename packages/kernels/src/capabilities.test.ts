import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import type { KernelExports } from './wasm/exports.js';
import { probeRelaxedDot, probeRelaxedSwizzle } from './wasm/probe-relaxed.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function hostWith(webAssembly: unknown) {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', webAssembly);
  const { createKernels } = await import('./index.js');
  const kernels = await createKernels();
  const weights = { shape: [2, 1], values: Int8Array.of(1, 2), bits: 8, scales: [1] } as const;
  expect(kernels.dense({ weights }).run(Float32Array.of(127, 127), [1, 2])).toEqual(Float32Array.of(381));
  await expect(createKernels({ variant: 'simd' })).rejects.toMatchObject({ code: 'runtime-missing' });
  return kernels;
}

it('falls back to TypeScript where there is no WebAssembly', async () => {
  const { variant, capabilities } = await hostWith(undefined);
  expect([variant, capabilities.webAssembly]).toEqual(['scalar', false]);
});

it('falls back to TypeScript where WebAssembly has no SIMD', async () => {
  const { variant, capabilities } = await hostWith({ ...members(), validate: () => false });
  expect([variant, capabilities.webAssembly, capabilities.simd]).toEqual(['scalar', true, false]);
});

it('falls back to TypeScript where a policy forbids to compile, and says so', async () => {
  const compile = () => Promise.reject(new Error('blocked by Content Security Policy'));
  const { variant, capabilities } = await hostWith({ ...members(), compile });
  expect(variant).toBe('scalar');
  expect(capabilities.notes.join()).toContain('Content Security Policy');
});

const members = () => ({
  validate: WebAssembly.validate,
  compile: WebAssembly.compile,
  instantiate: WebAssembly.instantiate,
  Memory: WebAssembly.Memory,
});

/** What instructions compute, given to the self-test in place of the engine's. */
const dots: Record<string, (weight: number, byte: number, signed: number) => number> = {
  unsigned: (weight, byte) => weight * byte,
  signed: (weight, _, signed) => weight * signed,
  doubled: (weight, byte) => 2 * weight * byte,
};

function probed(dot: (typeof dots)[string], limit = Infinity) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const [bytes, signed] = [new Uint8Array(memory.buffer), new Int8Array(memory.buffer)];
  const sums = new Int32Array(memory.buffer);
  const within = (sum: number) => Math.max(-limit - 1, Math.min(limit, sum));
  const probeDot = (a: number, b: number, to: number) => {
    for (let pair = 0; pair < 8; pair++) {
      const product = (at: number) => dot(signed[a + at]!, bytes[b + at]!, signed[b + at]!);
      sums[to / 4 + (pair >> 1)]! += within(product(2 * pair) + product(2 * pair + 1));
    }
  };
  return probeRelaxedDot({ probeDot } as Partial<KernelExports> as KernelExports, memory);
}

it('tells how the relaxed dot product computes, and trusts none that is wrong', () => {
  expect(probed(dots['unsigned']!)).toEqual({ inputs: 'unsigned', largestWeight: 128 });
  expect(probed(dots['signed']!)).toEqual({ inputs: 'signed', largestWeight: 128 });
  expect(probed(dots['unsigned']!, 32767)).toEqual({ inputs: 'unsigned', largestWeight: 64 });
  expect(probed(dots['doubled']!)).toBeUndefined();
});

it('chooses what multiplies signs by trying, once, and takes what it is told to', async () => {
  const { createKernels } = await import('./index.js');
  const { binary } = await createKernels();
  expect(['lookup', 'popcount']).toContain(binary);
  expect((await createKernels()).binary).toBe(binary);
  expect((await createKernels({ binary: 'lookup' })).binary).toBe('lookup');
  expect((await createKernels({ variant: 'scalar', binary: 'popcount' })).binary).toBeUndefined();
});

it('chooses lookups where the clock stands still', async () => {
  vi.stubGlobal('performance', { now: () => 0 });
  vi.resetModules();
  const { createKernels } = await import('./index.js');
  expect((await createKernels()).binary).toBe('lookup');
});

it('tells whether the relaxed lookup is right', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = new Uint8Array(memory.buffer);
  const swizzle = (shift: number) => (a: number, b: number, to: number) => {
    for (let at = 0; at < 16; at++) bytes[to + at] = bytes[a + ((bytes[b + at]! + shift) & 15)]!;
  };
  const found = [0, 1].map((shift) =>
    probeRelaxedSwizzle({ probeSwizzle: swizzle(shift) } as Partial<KernelExports> as KernelExports, memory),
  );
  expect(found).toEqual([true, false]);
});

it('does not trust the relaxed dot product of V8 11, which doubles sums until it optimizes', () => {
  const script = fileURLToPath(new URL('../test/relaxed-host.mjs', import.meta.url));
  // Later engines have relaxed SIMD without a flag, and know none.
  const flags = process.versions.v8.startsWith('11.') ? ['--experimental-wasm-relaxed-simd'] : [];
  const { stdout } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' });
  const { engine, variant, relaxedDot, isRight } = JSON.parse(stdout);
  expect({ variant, isRight }).toEqual({ variant: 'relaxed', isRight: true });
  if (engine.startsWith('11.')) expect(relaxedDot).toBeUndefined();
});
