import type { CancelSignal, QuantizationPlan } from '@lowbit/core';
import { checkOptions, optionTypes, sizeOf, stopIfAborted, type OptionTypes } from '@lowbit/core/adapter';
import { storePacked, weightArtifacts, type StoredWeight } from '@lowbit/tfjs-format';

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
  readonly weightSpecs: StoredWeight['spec'][];
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
  const weights = await storedWeights(model, options);
  return {
    format: 'layers-model',
    generatedBy: `keras ${model.kerasVersion ?? ''}`.trim(),
    convertedBy: 'lowbit',
    modelTopology: topology,
    ...weightArtifacts(weights),
    ...metadataOf(model),
  };
}

/** All weights, read one after the other. */
async function storedWeights(
  model: KerasModel,
  { signal, onProgress }: ReadingOptions,
): Promise<readonly StoredWeight[]> {
  const named = new Map(tfjsNames(model).map(({ name, weight }) => [name, weight]));
  const total = [...named.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const weights: StoredWeight[] = [];
  let done = 0;
  for (const [name, weight] of named) {
    stopIfAborted(signal, name);
    weights.push(await stored(name, weight));
    done += sizeOf(weight.shape);
    onProgress?.(done / total);
  }
  return weights;
}

async function stored(name: string, weight: KerasWeight): Promise<StoredWeight> {
  if (weight.packed !== undefined) return storePacked(name, weight.packed);
  const { buffer, byteOffset, byteLength } = await weight.read();
  const spec = { name, shape: weight.shape, dtype: 'float32' } as const;
  return { spec, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** The plans, where `@lowbit/tfjs` and `lowbit inspect` look for them. */
function metadataOf({ plans = [] }: KerasModel): Pick<TfjsArtifacts, 'userDefinedMetadata'> {
  const plan = plans.at(-1);
  const earlier = plans.slice(0, -1);
  return plan === undefined
    ? {}
    : { userDefinedMetadata: { lowbit: { plan, ...(earlier.length > 0 && { earlier }) } } };
}
