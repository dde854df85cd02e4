import { LowbitError } from '@lowbit/core';
import { checkOptions } from '@lowbit/core/adapter';
import { type Capabilities, detectCapabilities, type Variant } from './capabilities.js';
import type { Conv2dLayer, DenseLayer, Operation } from './layer/layer.js';
import { conv2dOperation, denseOperation } from './layer/operations.js';
import type { Engine } from './layer/packed-layer.js';
import { scalarEngine } from './scalar/scalar-engine.js';
import { ownHeap } from './wasm/heap.js';
import { loadModule } from './wasm/load-module.js';
import { wasmEngine } from './wasm/wasm-engine.js';
import { webAssembly } from './wasm/web-assembly.js';

export interface KernelsOptions {
  /** `auto`, where it is left out: the fastest that this host has. Another one is forced, or refused where it is missing. */
  readonly variant?: Variant | 'auto';
}

/** Makes operations of quantized layers, and runs them with the fastest kernels of this host. */
export interface Kernels {
  readonly variant: Variant;
  readonly capabilities: Capabilities;
  /** @throws LowbitError `invalid-argument`, `unsupported-option` or `unsupported-bits` for a layer that is wrong. */
  dense(layer: DenseLayer): Operation;
  /** @throws as `dense`. */
  conv2d(layer: Conv2dLayer): Operation;
}

/**
 * The kernels of this host. Only the module of the variant that is used is imported and compiled.
 *
 * @throws LowbitError `runtime-missing` for a variant that the host lacks, `invalid-argument` for one that is none.
 */
export async function createKernels(options: KernelsOptions = {}): Promise<Kernels> {
  const where = 'createKernels(options)';
  checkOptions<KernelsOptions>(
    options,
    { variant: { expected: variants.join(', '), fits: (value) => variants.includes(value as Variant) } },
    where,
  );
  const capabilities = await detectCapabilities();
  const variant = chooseVariant(options.variant ?? 'auto', capabilities);
  const engine = await makeEngine(variant, capabilities);
  return {
    variant,
    capabilities,
    dense: (layer) => denseOperation(layer, engine),
    conv2d: (layer) => conv2dOperation(layer, engine),
  };
}

const variants: readonly (Variant | 'auto')[] = ['auto', 'scalar', 'simd', 'relaxed'];

function chooseVariant(wanted: Variant | 'auto', { simd, relaxedSimd, notes }: Capabilities): Variant {
  const possible: readonly Variant[] = [
    ...(relaxedSimd ? (['relaxed'] as const) : []),
    ...(simd ? (['simd'] as const) : []),
    'scalar',
  ];
  if (wanted === 'auto') return possible[0]!;
  if (possible.includes(wanted)) return wanted;
  throw new LowbitError({
    code: 'runtime-missing',
    where: "createKernels(options): option 'variant'",
    expected: possible.join(', '),
    received: `'${wanted}'. ${notes.join(' ')}`,
    remedy: 'Leave it out: the fastest variant that the host has is taken.',
  });
}

async function makeEngine(variant: Variant, { relaxedDot }: Capabilities): Promise<Engine> {
  if (variant === 'scalar') return scalarEngine;
  const memory = new (webAssembly()!.Memory)({ initial: 1, maximum: 65536 });
  const kernels = await loadModule(variant, memory);
  return wasmEngine(kernels, ownHeap(memory), variant === 'relaxed' ? relaxedDot : undefined);
}
