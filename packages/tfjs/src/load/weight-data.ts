import {
  expandWeight,
  isPacked,
  joinBytes,
  packedOf,
  storedWeights,
  type StoredWeight,
  type WeightSpec,
} from '@lowbit/tfjs-format';
import type { PackedTensor } from '@lowbit/core';
import type { io } from '@tensorflow/tfjs-core';

/** Weights that TensorFlow.js reads, and the packed ones among them by name. */
export interface ExpandedWeights {
  readonly weightSpecs: io.WeightsManifestEntry[];
  readonly weightData: ArrayBuffer;
  readonly packed: ReadonlyMap<string, PackedTensor>;
}

/**
 * Expands the weights that lowbit packed to float32; the others stay as they are stored.
 *
 * @throws LowbitError `model-truncated`, `model-malformed`, `packed-data`.
 */
export function expandWeights(
  { weightSpecs = [], weightData }: io.ModelArtifacts,
  where: string,
): ExpandedWeights {
  const stored = storedWeights(weightSpecs as unknown as WeightSpec[], bytesOf(weightData), where);
  const packed = stored.filter(({ spec }) => isPacked(spec));
  const plain = stored.map((weight) => (isPacked(weight.spec) ? expanded(weight, where) : weight));
  return {
    weightSpecs: plain.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
    weightData: joinBytes(plain.map(({ bytes }) => bytes)).buffer as ArrayBuffer,
    packed: new Map(packed.map((weight) => [weight.spec.name, packedOf(weight, where)])),
  };
}

function expanded(weight: StoredWeight, where: string): StoredWeight {
  const { name, shape } = weight.spec;
  const values = expandWeight(weight, where);
  return { spec: { name, shape, dtype: 'float32' }, bytes: new Uint8Array(values.buffer) };
}

/** The bytes of weights, which handlers give as one buffer or as several. */
export function bytesOf(data: io.ModelArtifacts['weightData']): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  return Array.isArray(data) ? joinBytes(data.map((part) => new Uint8Array(part))) : new Uint8Array(data);
}
