import type { StorageNote } from '@lowbit/core';
import { sizeOf, type Applied, type ModelWriter, type Outcome, type RunResult } from '@lowbit/core/adapter';
import { type StoredWeight } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import { keepForm } from '../form/keep-form.js';
import type { StorageForm } from '../form/storage-form.js';
import type { StoredTensor } from '../form/store-tensor.js';
import { weightStore, type WeightStore } from '../form/store-weights.js';
import { withPlan } from '../model/plan-record.js';
import type { LiveGraph, ReadGraph } from './read-graph.js';
import { runGraph } from './run-graph.js';
import { jsonBytes } from '../io/file-bytes.js';
import { expansionNote } from '../io/stored-form.js';
import { handlerWeights } from '../model/internals.js';

/**
 * Makes the artifacts of the graph with the outcome's weights as they are stored in this form, the others as they are, and the plan in the
 * metadata, beside those of earlier runs.
 *
 * @param live The model that runs, if there is one.
 * @throws LowbitError `plan-mismatch` when a tensor is not one of the graph's weights.
 */
export function graphWriter(
  source: () => Promise<ReadGraph>,
  outcome: Outcome,
  form: StorageForm,
  live: LiveGraph | undefined,
): ModelWriter<io.ModelArtifacts> {
  let opened: Promise<WeightStore> | undefined;
  const open = async () => weightStore(outcome, shapesOf(await source()), form);
  const weights = () => (opened ??= open());
  return {
    add: async (name, tensor) => (await weights()).add(name, tensor),
    async finish() {
      const [graph, written] = [await source(), (await weights()).all()];
      const applied = artifactsOf(graph, outcome, written, form);
      return live === undefined ? applied : { ...applied, run: runningWith(live, graph, written) };
    },
  };
}

/** The result computes what the original does with other values. */
function runningWith(
  live: LiveGraph,
  { topology }: ReadGraph,
  written: ReadonlyMap<string, StoredTensor>,
): RunResult {
  return async function* (batches, options) {
    const replace = new Map([...written].map(([name, each]) => [name, each.values()]));
    yield* runGraph(live, topology, batches, { ...options, replace });
  };
}

const shapesOf = ({ weights }: ReadGraph) => new Map(weights.map(({ spec }) => [spec.name, spec.shape]));

function artifactsOf(
  graph: ReadGraph,
  outcome: Outcome,
  written: ReadonlyMap<string, StoredTensor>,
  form: StorageForm,
): Applied<io.ModelArtifacts> {
  const stored = graph.weights.map(
    (weight) => written.get(weight.spec.name)?.stored ?? keepForm(weight, form),
  );
  const values = new Map([...written].map(([name, each]) => [name, each.values]));
  const userDefinedMetadata = { ...withPlan(graph.artifacts.userDefinedMetadata, outcome.plan, values) };
  const model = { ...withWeights(graph.artifacts, stored), userDefinedMetadata };
  return {
    model,
    storage: graph.weights.flatMap(({ spec }) => storageNote(spec, written.get(spec.name))),
    modelBytes: { before: fileBytes(graph.artifacts, graph.weights), after: fileBytes(model, stored) },
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

/** Bytes of all files of a model. */
function fileBytes(artifacts: io.ModelArtifacts, weights: readonly StoredWeight[]): number {
  const bytes = weights.reduce((sum, weight) => sum + weight.bytes.length, 0);
  const specs = weights.map(({ spec }) => spec);
  return bytes + jsonBytes(artifacts, specs, bytes);
}
