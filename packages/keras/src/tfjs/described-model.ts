import type { CancelSignal, QuantizationPlan } from '@lowbit/core';
import { checkOptions, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import { inShape, storedBytes, storePacked, type WeightSpec } from '@lowbit/tfjs-format';

import type { JsonObject, KerasModel, KerasWeight } from '../model.js';
import { layerNames } from '../network/layer-names.js';
import { readerInto } from '../read-again.js';
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

/** @throws LowbitError `unsupported-option`, `invalid-argument`. */
export function checkReading(options: ReadingOptions, where: string): void {
  checkOptions(options, readingTypes, where);
}

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

/** A weight of a model, how it is stored, and its bytes when they are asked for. */
export interface DescribedWeight {
  readonly spec: WeightSpec;
  /** Where its bytes begin among those of all weights. */
  readonly start: number;
  /** @param memory that of a weight before, if it may be used again; it is detached. */
  read(memory?: ArrayBuffer): Promise<Uint8Array>;
  /** Whether its memory is nobody's but that of who read it. */
  readonly isFresh: boolean;
}

/** Everything but the values of the weights. */
export function describedModel(model: KerasModel): {
  readonly head: Omit<TfjsArtifacts, 'weightData'>;
  readonly weights: readonly DescribedWeight[];
  readonly bytes: number;
} {
  const modelTopology = tfjsTopology(model, layerNames(model));
  const named = new Map(tfjsNames(model).map(({ name, weight }) => [name, weight]));
  let bytes = 0;
  const weights = [...named].map(([name, weight]) => {
    const stored = storedWeight(name, weight);
    bytes += storedBytes(stored.spec);
    return { ...stored, start: bytes - storedBytes(stored.spec) };
  });
  const head = {
    format: 'layers-model',
    generatedBy: `keras ${model.kerasVersion ?? ''}`.trim(),
    convertedBy: 'lowbit',
    modelTopology,
    weightSpecs: weights.map(({ spec }) => spec),
    ...metadataOf(model),
  } as const;
  return { head, weights, bytes };
}

function storedWeight(name: string, weight: KerasWeight): Omit<DescribedWeight, 'start'> {
  if (weight.packed !== undefined) {
    const { spec, bytes } = inShape(storePacked(name, weight.packed), weight.shape);
    return { spec, read: async () => bytes, isFresh: false };
  }
  const readInto = readerInto(weight.read);
  const read = async (memory?: ArrayBuffer) => {
    const { buffer, byteOffset, byteLength } = await (readInto?.(memory) ?? weight.read());
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  return { spec: { name, shape: weight.shape, dtype: 'float32' }, read, isFresh: readInto !== undefined };
}

/** The plans, where `@lowbit/tfjs` and `lowbit inspect` look for them. */
function metadataOf({ plans = [] }: KerasModel): Pick<TfjsArtifacts, 'userDefinedMetadata'> {
  const plan = plans.at(-1);
  const earlier = plans.slice(0, -1);
  return plan === undefined
    ? {}
    : { userDefinedMetadata: { lowbit: { plan, ...(earlier.length > 0 && { earlier }) } } };
}
