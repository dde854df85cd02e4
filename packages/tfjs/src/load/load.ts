import type { PackedTensor } from '@lowbit/core';
import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import type { WeightSpec } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CompiledModel, CompileOptions } from '../compile/compile.js';
import { buildModel } from './build-model.js';
import { loadArtifacts, nameOf, type ModelSource } from './load-artifacts.js';
import { separateWeights } from './weight-data.js';

export interface LoadOptions {
  /** Share of the weight files that have arrived, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /**
   * `float` (default): quantized weights become floats once, at load. `packed`: they stay packed in memory, and a layer's are
   * expanded each time that it computes, a few rows at a time where they are used at few places; such a model cannot be trained.
   */
  readonly weights?: 'float' | 'packed';
  /**
   * Compiles the model at once, with these options of `compile`, or none: `true`. What is loaded is a compiled model then, and no other
   * is left in memory. Compiled layers keep their weights packed anyway, so `weights` goes with it only as `float`.
   */
  readonly compile?: boolean | CompileOptions;
}

/** Options that ask for a compiled model. */
export interface CompileAtOnce {
  readonly compile: true | CompileOptions;
}

export const loadTypes: OptionTypes<LoadOptions> = {
  onProgress: optionTypes.callback,
  compile: {
    expected: 'true, false or the options of compile',
    fits: (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  },
  weights: { expected: 'float or packed', fits: (value) => value === 'float' || value === 'packed' },
};

/** A model, and the packed weights that it was loaded from, by the names in its file. */
export interface Loaded {
  readonly model: LayersModel;
  readonly packed: ReadonlyMap<string, PackedTensor>;
  /** How its weights are stored in the file. */
  readonly specs: readonly WeightSpec[];
}

/** Loads a model that lowbit packed, or any other; see `load`. */
export async function loadPacked(source: ModelSource, options: LoadOptions = {}): Promise<Loaded> {
  checkOptions(options, loadTypes, 'load');
  const { onProgress, weights = 'float', compile } = options;
  await mendKernels();
  checkArgument(weights === 'float' || !compile, weights, {
    where: "load: option 'weights'",
    expected: 'float, with compile',
    remedy: 'Leave weights out: compiled layers keep theirs packed.',
  });
  const artifacts = await loadArtifacts(source, onProgress);
  const where = nameOf(source);
  const { weightSpecs, weightData, packed, specs, ...others } = separateWeights(artifacts, where);
  const model = await buildModel({ ...artifacts, weightSpecs, weightData }, where, others);
  if (weights === 'packed') {
    const { keepPacked } = await import('./keep-packed.js');
    keepPacked(model, packed);
  }
  return { model, packed, specs };
}

/** What makes the kernels of a backend right is loaded where that backend is. */
async function mendKernels(): Promise<void> {
  if ((tf.getKernel('Slice', 'wasm') as tf.KernelConfig | undefined) === undefined) return;
  const { mendWasmKernels } = await import('../wasm-kernels/mend-wasm-kernels.js');
  mendWasmKernels();
}

/** The model, or what the options have it compiled to; what compiles is imported when it is asked for. */
export async function compiledIfAsked(
  model: LayersModel,
  packed: Loaded['packed'],
  { compile }: LoadOptions,
): Promise<LayersModel | CompiledModel> {
  if (!compile) return model;
  const { compileLoaded } = await import('../compile/compile-loaded.js');
  return compileLoaded(model, packed, compile === true ? {} : compile);
}

/**
 * Loads a layers model that lowbit saved in packed form; models that TensorFlow.js saved load too. The result is an ordinary
 * LayersModel, or, with the option `compile`, a compiled model.
 *
 * @throws LowbitError `file-missing`, `model-malformed`, `model-truncated`, `packed-data`, `layer-unsupported` for a class that is not
 *   registered; what the handler and `compile` throw.
 * @example
 * const model = await load('https://example.org/model/model.json');
 * const compiled = await load('https://example.org/model/model.json', { compile: { activations: 'dynamic' } });
 */
export async function load(source: ModelSource, options: LoadOptions & CompileAtOnce): Promise<CompiledModel>;
export async function load(
  source: ModelSource,
  options?: LoadOptions & { readonly compile?: false },
): Promise<LayersModel>;
export async function load(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LayersModel | CompiledModel> {
  const { model, packed } = await loadPacked(source, options);
  return compiledIfAsked(model, packed, options);
}
