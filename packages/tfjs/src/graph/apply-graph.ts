import { sizeOf, type Applied, type Outcome, type StorageNote } from '@lowbit/core';
import { type StoredWeight } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import { checkTensors } from '../apply/check-tensors.js';
import { keepForm } from '../form/keep-form.js';
import type { StorageForm } from '../form/storage-form.js';
import { storeTensor, type StoredTensor } from '../form/store-tensor.js';
import { withPlan } from '../model/plan-record.js';
import type { ReadGraph } from './read-graph.js';
import { expansionNote } from '../io/stored-form.js';
import { handlerWeights } from '../model/internals.js';

/**
 * The artifacts of the graph with the outcome's weights as they are stored in this form, the others as they are, and the plan in the
 * metadata, beside those of earlier runs.
 *
 * @throws LowbitError `plan-mismatch` when a tensor is not one of the graph's weights.
 */
export function applyGraph(
  graph: ReadGraph,
  outcome: Outcome,
  form: StorageForm,
): Applied<io.ModelArtifacts> {
  checkTensors(new Map(graph.weights.map(({ spec }) => [spec.name, spec.shape])), outcome);
  const written = new Map(
    [...outcome.weights].map(([name, tensor]) => [name, storeTensor(name, tensor, form)]),
  );
  const stored = graph.weights.map(
    (weight) => written.get(weight.spec.name)?.stored ?? keepForm(weight, form),
  );
  const values = new Map([...written].map(([name, each]) => [name, each.values]));
  return {
    model: {
      ...withWeights(graph.artifacts, stored),
      userDefinedMetadata: { ...withPlan(graph.artifacts.userDefinedMetadata, outcome.plan, values) },
    },
    storage: graph.weights.flatMap(({ spec }) => storageNote(spec, written.get(spec.name))),
    modelBytes: { before: bytesOfAll(graph.weights), after: bytesOfAll(stored) },
  };
}

function withWeights(artifacts: io.ModelArtifacts, stored: readonly StoredWeight[]): io.ModelArtifacts {
  return {
    format: 'graph-model',
    ...artifacts,
    ...handlerWeights(stored),
  };
}

/** How a weight was stored in `spec`, and is now. */
function storageNote(spec: StoredWeight['spec'], tensor: StoredTensor | undefined): StorageNote[] {
  if (tensor === undefined) return [];
  return [
    {
      id: spec.name,
      form: tensor.form,
      storedBytes: tensor.stored.bytes.length,
      memoryBytes: sizeOf(spec.shape) * Float32Array.BYTES_PER_ELEMENT,
      reason: [tensor.reason, expansionNote(spec)].filter((part) => part !== undefined).join('; '),
      ...(tensor.differs ? { written: tensor.values } : {}),
    },
  ];
}

function bytesOfAll(weights: readonly StoredWeight[]): number {
  return weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
