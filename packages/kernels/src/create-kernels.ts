import { LowbitError } from '@lowbit/core';
import { checkOptions } from '@lowbit/core/adapter';
import { fastestBinary } from './calibrate.js';
import { type Capabilities, detectCapabilities, type Variant } from './capabilities.js';
import type {
  Conv2dLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  Operation,
  SequenceLayer,
} from './layer/layer.js';
import {
  conv2dOperation,
  denseOperation,
  depthwiseConv2dOperation,
  sequenceOperation,
} from './layer/operations.js';
import type { PlacedOperation } from './layer/make-operation.js';
import type { Engine } from './layer/packed-layer.js';
import { scalarEngine } from './scalar/scalar-engine.js';
import { type Heap, ownHeap } from './wasm/heap.js';
import { loadModule } from './wasm/load-module.js';
import { type BinaryKernel, wasmEngine } from './wasm/wasm-engine.js';
import { webAssembly } from './wasm/web-assembly.js';

export interface KernelsOptions {
  /**
   * What multiplies signs with weights of 1 bit: `lookup`, or `popcount`, which is faster where the processor counts the bits of bytes in one
   * instruction. `auto`, where it is left out, tries both for a few milliseconds. Both give the same; `scalar` has neither.
   */
  readonly binary?: BinaryKernel | 'auto';
  /** `auto`, where it is left out: the fastest that this host has. Another one is forced, or refused where it is missing. */
  readonly variant?: Variant | 'auto';
}

/** Makes operations of quantized layers, and runs them with the fastest kernels of this host. */
export interface Kernels {
  readonly variant: Variant;
  /** What multiplies signs with weights of 1 bit; `undefined` in `scalar`. */
  readonly binary: BinaryKernel | undefined;
  readonly capabilities: Capabilities;
  /** @throws LowbitError `invalid-argument`, `unsupported-option` or `unsupported-bits` for a layer that is wrong. */
  dense(layer: DenseLayer): Operation;
  /** @throws as `dense`. */
  conv2d(layer: Conv2dLayer): Operation;
  /** @throws as `dense`. */
  depthwiseConv2d(layer: DepthwiseConv2dLayer): Operation;
  /**
   * Convolutions one after the other: exactly what each gives on its own, but faster. Where the inputs of one are `steps`, the one before it
   * writes these at once and no floats; where they are `dynamic`, it finds their largest magnitude. An addend belongs to the last one.
   *
   * @throws as `dense`, also where the outputs of one are not as many as the inputs of the next.
   */
  sequence(layers: readonly SequenceLayer[]): Operation;
}

/**
 * The kernels of this host. Only the module of the variant that is used is imported and compiled.
 *
 * @throws LowbitError `runtime-missing` for a variant that the host lacks, `invalid-argument` for one that is none.
 */
export async function createKernels(options: KernelsOptions = {}): Promise<Kernels> {
  return (await kernelsOver(options, undefined, 'createKernels(options)')).kernels;
}

/** Kernels whose operations also run in the memory that they compute in. */
export interface PlacedKernels extends Kernels {
  dense(layer: DenseLayer): PlacedOperation;
  conv2d(layer: Conv2dLayer): PlacedOperation;
  depthwiseConv2d(layer: DepthwiseConv2dLayer): PlacedOperation;
  sequence(layers: readonly SequenceLayer[]): PlacedOperation;
}

/**
 * Kernels over the heap given, or over one of their own where there is none or it cannot be used.
 *
 * @returns The kernels, and the heap that they use; `undefined` where they use none.
 */
export async function kernelsOver(
  options: KernelsOptions,
  given: Heap | undefined,
  where: string,
): Promise<{ readonly kernels: PlacedKernels; readonly heap: Heap | undefined }> {
  checkOptions<KernelsOptions>(
    options,
    {
      variant: { expected: variants.join(', '), fits: (value) => variants.includes(value as Variant) },
      binary: { expected: binaries.join(', '), fits: (value) => binaries.includes(value as BinaryKernel) },
    },
    where,
  );
  const capabilities = await detectCapabilities();
  const variant = chooseVariant(options.variant ?? 'auto', capabilities, where);
  const binary = await chooseBinary(options.binary ?? 'auto', variant);
  const { engine, heap } = await makeEngine({ variant, binary, capabilities }, given);
  const kernels = {
    variant,
    binary,
    capabilities,
    dense: (layer: DenseLayer) => denseOperation(layer, engine),
    conv2d: (layer: Conv2dLayer) => conv2dOperation(layer, engine),
    depthwiseConv2d: (layer: DepthwiseConv2dLayer) => depthwiseConv2dOperation(layer, engine),
    sequence: (layers: readonly SequenceLayer[]) => sequenceOperation(layers, engine),
  };
  return { kernels, heap };
}

const variants: readonly (Variant | 'auto')[] = ['auto', 'scalar', 'simd', 'relaxed'];
const binaries: readonly (BinaryKernel | 'auto')[] = ['auto', 'lookup', 'popcount'];

async function chooseBinary(
  wanted: BinaryKernel | 'auto',
  variant: Variant,
): Promise<BinaryKernel | undefined> {
  if (variant === 'scalar') return undefined;
  return wanted === 'auto' ? fastestBinary(variant) : wanted;
}

function chooseVariant(
  wanted: Variant | 'auto',
  { simd, relaxedSimd, notes }: Capabilities,
  where: string,
): Variant {
  const possible: readonly Variant[] = [
    ...(relaxedSimd ? (['relaxed'] as const) : []),
    ...(simd ? (['simd'] as const) : []),
    'scalar',
  ];
  if (wanted === 'auto') return possible[0]!;
  if (possible.includes(wanted)) return wanted;
  throw new LowbitError({
    code: 'runtime-missing',
    where: `${where}: option 'variant'`,
    expected: possible.join(', '),
    received: `'${wanted}'. ${notes.join(' ')}`,
    remedy: 'Leave it out: the fastest variant that the host has is taken.',
  });
}

/** What computes. */
interface Choice {
  readonly variant: Variant;
  readonly binary: BinaryKernel | undefined;
  readonly capabilities: Capabilities;
}

interface MadeEngine {
  readonly engine: Engine;
  readonly heap: Heap | undefined;
}

/** Engines over heaps of others, by variant and by what multiplies signs: each keeps its tables there for good. */
const shared = new WeakMap<Heap, Map<string, Promise<MadeEngine>>>();

function makeEngine({ variant, binary, capabilities }: Choice, given: Heap | undefined): Promise<MadeEngine> {
  if (variant === 'scalar' || binary === undefined)
    return Promise.resolve({ engine: scalarEngine, heap: undefined });
  const over = async (heap: Heap) => {
    const kernels = await loadModule(variant, heap.memory);
    const relaxedDot = variant === 'relaxed' ? capabilities.relaxedDot : undefined;
    return { engine: wasmEngine(kernels, heap, { relaxedDot, binary }), heap };
  };
  const overOwn = () => over(ownHeap(new (webAssembly()!.Memory)({ initial: 1, maximum: 65536 })));
  if (given === undefined) return overOwn();
  const engines = shared.get(given) ?? new Map<string, Promise<MadeEngine>>();
  shared.set(given, engines);
  const key = `${variant} ${binary}`;
  const made = engines.get(key) ?? over(given).catch(overOwn);
  engines.set(key, made);
  return made;
}
