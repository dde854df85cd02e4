import {
  artifactWeights,
  expandWeight,
  isPacked,
  packedOf,
  type StoredWeight,
  type WeightSpec,
} from '@lowbit/tfjs-format';
import type { PackedTensor } from '@lowbit/core';
import type { io } from '@tensorflow/tfjs-core';

/** Weights that TensorFlow.js reads, and the packed ones among them by name. */
export interface ExpandedWeights {
  readonly weightSpecs: io.WeightsManifestEntry[];
  /** One of each weight: joining them would copy the whole model. */
  readonly weightData: ArrayBuffer[];
  readonly packed: ReadonlyMap<string, PackedTensor>;
}

/**
 * Expands the weights that lowbit packed to float32; the others stay as they are stored.
 *
 * @throws LowbitError `model-truncated`, `model-malformed`, `packed-data`.
 */
export function expandWeights(artifacts: io.ModelArtifacts, where: string): ExpandedWeights {
  const stored = artifactWeights(artifacts, where);
  const packed = stored.filter(({ spec }) => isPacked(spec));
  const plain = stored.map((weight) => (isPacked(weight.spec) ? expanded(weight, where) : weight));
  return {
    weightSpecs: plain.map(({ spec }) => spec) as io.WeightsManifestEntry[],
    weightData: plain.map(({ bytes }) => ownBuffer(bytes)),
    packed: new Map(packed.map((weight) => [weight.spec.name, packedOf(weight, where)])),
  };
}

/** The weights of a file of which those that lowbit packed are apart: TensorFlow.js copies what it reads once more. */
export interface SeparateWeights extends ExpandedWeights {
  /** Values of the packed ones by name; the others are in `weightSpecs` and `weightData`. */
  readonly expanded: ReadonlyMap<string, StoredWeight>;
  /** All names, in the order of the file, and how each is stored there. */
  readonly names: readonly string[];
  readonly specs: readonly WeightSpec[];
}

/** As {@link expandWeights}, apart. */
export function separateWeights(artifacts: io.ModelArtifacts, where: string): SeparateWeights {
  const stored = artifactWeights(artifacts, where);
  const packed = stored.filter(({ spec }) => isPacked(spec));
  const plain = stored.filter(({ spec }) => !isPacked(spec));
  return {
    weightSpecs: plain.map(({ spec }) => spec) as io.WeightsManifestEntry[],
    weightData: plain.map(({ bytes }) => ownBuffer(bytes)),
    packed: new Map(packed.map((weight) => [weight.spec.name, packedOf(weight, where)])),
    expanded: new Map(packed.map((weight) => [weight.spec.name, expanded(weight, where)])),
    names: stored.map(({ spec }) => spec.name),
    specs: stored.map(({ spec }) => spec),
  };
}

function expanded(weight: StoredWeight, where: string): StoredWeight {
  const { name, shape } = weight.spec;
  const values = expandWeight(weight, where);
  return { spec: { name, shape, dtype: 'float32' }, bytes: new Uint8Array(values.buffer) };
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return (isWhole ? bytes : bytes.slice()).buffer as ArrayBuffer;
}
