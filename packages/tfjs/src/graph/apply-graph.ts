import { packedTensorBytes, sizeOf, type Applied, type Outcome, type StorageNote } from '@lowbit/core';
import { joinBytes, packWeight, type StoredWeight } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import { checkTensors } from '../apply/check-tensors.js';
import type { LowbitMetadata } from '../model/plan-record.js';
import type { ReadGraph } from './read-graph.js';
import { expansionNote } from '../io/stored-form.js';

/**
 * The artifacts of the graph with the outcome's weights packed, the others as they are stored, and the plan in the metadata.
 *
 * @throws LowbitError `plan-mismatch` when a tensor is not one of the graph's weights.
 */
export function applyGraph(graph: ReadGraph, outcome: Outcome): Applied<io.ModelArtifacts> {
  checkTensors(new Map(graph.weights.map(({ spec }) => [spec.name, spec.shape])), outcome);
  const stored = graph.weights.map((weight) => {
    const tensor = outcome.weights.get(weight.spec.name);
    return tensor === undefined ? weight : packWeight(weight.spec.name, tensor);
  });
  return {
    model: withWeights(graph.artifacts, stored, outcome),
    storage: graph.weights.flatMap((weight) => storageNote(weight, outcome)),
    modelBytes: { before: bytesOfAll(graph.weights), after: bytesOfAll(stored) },
  };
}

function withWeights(
  artifacts: io.ModelArtifacts,
  stored: readonly StoredWeight[],
  { plan }: Outcome,
): io.ModelArtifacts {
  const lowbit = JSON.parse(JSON.stringify({ plan })) as LowbitMetadata;
  return {
    format: 'graph-model',
    ...artifacts,
    userDefinedMetadata: { ...artifacts.userDefinedMetadata, lowbit },
    weightSpecs: stored.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
    weightData: joinBytes(stored.map(({ bytes }) => bytes)).buffer as ArrayBuffer,
  };
}

function storageNote({ spec }: StoredWeight, { weights }: Outcome): StorageNote[] {
  const tensor = weights.get(spec.name);
  if (tensor === undefined) return [];
  const kept = 'packed in the file; the running model holds float32';
  return [
    {
      id: spec.name,
      form: `packed ${tensor.bits}-bit`,
      storedBytes: packedTensorBytes(tensor),
      memoryBytes: sizeOf(spec.shape) * Float32Array.BYTES_PER_ELEMENT,
      reason: [kept, expansionNote(spec)].filter((part) => part !== undefined).join('; '),
    },
  ];
}

function bytesOfAll(weights: readonly StoredWeight[]): number {
  return weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
