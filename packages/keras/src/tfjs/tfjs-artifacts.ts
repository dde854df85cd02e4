import type { CancelSignal, QuantizationPlan } from '@lowbit/core';
import { checkOptions, optionTypes, stopIfAborted, type OptionTypes } from '@lowbit/core/adapter';
import { storedBytes, storePacked, type WeightSpec } from '@lowbit/tfjs-format';

import type { JsonObject, KerasModel, KerasWeight } from '../model.js';
import { layerNames } from './layer-names.js';
import { tfjsNames } from './tfjs-names.js';
import { tfjsTopology } from './topology.js';

/** How the weights of a large model are read. */
export interface ReadingOptions {
  /** Cancels the work between two weights; the promise rejects with code `aborted`. */
  readonly signal?: CancelSignal | undefined;
  /** Share of the values that were read, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

const readingTypes: OptionTypes<ReadingOptions> = {
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
};

/** A layers model as TensorFlow.js takes it from a handler that loads. */
export interface TfjsArtifacts {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: string;
  readonly modelTopology: JsonObject;
  readonly weightSpecs: WeightSpec[];
  readonly weightData: ArrayBuffer;
  /** What lowbit did to the model, where it did anything. */
  readonly userDefinedMetadata?: {
    readonly lowbit: { readonly plan: QuantizationPlan; readonly earlier?: readonly QuantizationPlan[] };
  };
}

/**
 * A model of Keras as one of TensorFlow.js, which computes the same. TensorFlow.js loads it without lowbit unless it was quantized: then its weights are packed,
 * and `load` of `@lowbit/tfjs` loads it.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise; `aborted`.
 */
export async function tfjsArtifacts(model: KerasModel, options: ReadingOptions = {}): Promise<TfjsArtifacts> {
  checkOptions(options, readingTypes, 'tfjsArtifacts');
  const topology = tfjsTopology(model, layerNames(model));
  const weights = await placedWeights(model, options);
  return {
    format: 'layers-model',
    generatedBy: `keras ${model.kerasVersion ?? ''}`.trim(),
    convertedBy: 'lowbit',
    modelTopology: topology,
    ...weights,
    ...metadataOf(model),
  };
}

/** The weights of a model in their places. Each is read into its own, so that no more than one of them is in memory twice. */
async function placedWeights(
  model: KerasModel,
  { signal, onProgress }: ReadingOptions,
): Promise<Pick<TfjsArtifacts, 'weightSpecs' | 'weightData'>> {
  const named = new Map(tfjsNames(model).map(({ name, weight }) => [name, weight]));
  const weights = [...named].map(([name, weight]) => described(name, weight));
  const data = new Uint8Array(weights.reduce((sum, { spec }) => sum + storedBytes(spec), 0));
  let at = 0;
  for (const { spec, read } of weights) {
    stopIfAborted(signal, spec.name);
    data.set(await read(), at);
    at += storedBytes(spec);
    onProgress?.(at / data.length);
  }
  return { weightSpecs: weights.map(({ spec }) => spec), weightData: data.buffer };
}

/** How a weight is stored, and its bytes when they are asked for. */
function described(
  name: string,
  weight: KerasWeight,
): { readonly spec: WeightSpec; read(): Promise<Uint8Array> } {
  if (weight.packed !== undefined) {
    const { spec, bytes } = storePacked(name, weight.packed);
    return { spec, read: async () => bytes };
  }
  const read = async () => {
    const { buffer, byteOffset, byteLength } = await weight.read();
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  return { spec: { name, shape: weight.shape, dtype: 'float32' }, read };
}

/** The plans, where `@lowbit/tfjs` and `lowbit inspect` look for them. */
function metadataOf({ plans = [] }: KerasModel): Pick<TfjsArtifacts, 'userDefinedMetadata'> {
  const plan = plans.at(-1);
  const earlier = plans.slice(0, -1);
  return plan === undefined
    ? {}
    : { userDefinedMetadata: { lowbit: { plan, ...(earlier.length > 0 && { earlier }) } } };
}
