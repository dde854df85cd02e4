import type { Registry } from '@lowbit/core';
import { checkOptions, type OptionTypes } from '@lowbit/core/adapter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerQuantizedInput } from '../activations/quantized-input-layer.js';
import { registerLayers } from '../layers/register-layers.js';
import type { CompiledModel } from '../compile/compile.js';
import {
  type CompileAtOnce,
  compiledIfAsked,
  loadPacked,
  type LoadOptions,
  loadTypes,
} from '../load/load.js';
import type { ModelSource } from '../load/load-artifacts.js';
import { rememberPackedByName } from '../model/packed-weights.js';
import { rememberSpecs } from './stored-forms.js';

export interface LoadModelOptions extends LoadOptions {
  /** Where the quantizers of activations are looked up, for models that have some. */
  readonly registry?: Registry;
}

export const registryType: OptionTypes<LoadModelOptions>['registry'] = {
  expected: 'a registry of plugins',
  fits: (value) => typeof (Object(value) as Partial<Registry>).list === 'function',
  remedy: 'Write registry([minMax(), …]), with registry of @lowbit/core.',
};

const types: OptionTypes<LoadModelOptions> = { ...loadTypes, registry: registryType };

/**
 * Loads a layers model that lowbit saved, packed or plain; models that TensorFlow.js saved load too. The result is an ordinary
 * LayersModel; saving it again needs no new quantization. With the option `compile` it is a compiled model.
 *
 * @throws LowbitError `file-missing`, `model-malformed`, `model-truncated`, `packed-data`; `layer-unsupported` for a class that is not
 *   registered, `unknown-plugin` for a quantizer of activations that the registry lacks; what the handler and `compile` throw.
 * @example
 * const model = await load('file://out/model.json');
 */
export async function load(
  source: ModelSource,
  options: LoadModelOptions & CompileAtOnce,
): Promise<CompiledModel>;
export async function load(
  source: ModelSource,
  options?: LoadModelOptions & { readonly compile?: false },
): Promise<LayersModel>;
export async function load(
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<LayersModel | CompiledModel> {
  checkOptions(options, types, 'load');
  const { registry, ...others } = options;
  const plugins = registry?.list() ?? [];
  registerLayers();
  registerQuantizedInput(plugins.filter((plugin) => plugin.kind === 'quantizer'));
  const { model, packed, specs } = await loadPacked(source, others);
  rememberPackedByName(model, packed);
  rememberSpecs(model, specs);
  return compiledIfAsked(model, packed, others);
}
