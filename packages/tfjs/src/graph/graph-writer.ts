import type { StorageNote } from '@lowbit/core';
import {
  type Applied,
  type BiasNote,
  defined,
  type ModelWriter,
  type Outcome,
  type RunResult,
  sizeOf,
} from '@lowbit/core/adapter';
import { type StoredWeight } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import { expandWeights } from '../load/weight-data.js';
import { keepForm } from '../form/keep-form.js';
import type { StorageForm } from '../form/storage-form.js';
import type { StoredTensor } from '../form/store-tensor.js';
import { weightStore, type WeightStore } from '../form/store-weights.js';
import { withPlan } from '../model/plan-record.js';
import { type CorrectedGraph, correctedGraph } from './corrected-graph.js';
import type { LiveGraph, ReadGraph } from './read-graph.js';
import { runGraph } from './run-graph.js';
import { jsonBytes } from '../io/file-bytes.js';
import { expansionNote } from '../io/stored-form.js';
import { handlerWeights, loadedLike } from '../model/internals.js';

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
  const shifts = new Map<string, Float32Array>();
  return {
    async add(name, tensor, shift) {
      (await weights()).add(name, tensor);
      if (shift !== undefined) shifts.set(name, shift);
    },
    async finish() {
      const [graph, written] = [await source(), (await weights()).all()];
      const corrected = correctedGraph(graph, shifts);
      const applied = artifactsOf(graph, corrected, outcome, written, form);
      if (live === undefined) return applied;
      const run = corrected.hasOtherNodes
        ? runningAnew(live, corrected.graph, applied.model)
        : runningWith(live, corrected, written);
      return { ...applied, run };
    },
  };
}

/** The result computes what the original does with other values. */
function runningWith(
  live: LiveGraph,
  { graph: { topology }, changed }: CorrectedGraph,
  written: ReadonlyMap<string, StoredTensor>,
): RunResult {
  return async function* (batches, options) {
    const values = [...written].map(([name, each]) => [name, each.values()] as const);
    yield* runGraph(live, topology, batches, { ...options, replace: new Map([...values, ...changed]) });
  };
}

/** A result of other nodes runs as a model of its own, which is freed afterwards. */
function runningAnew(
  live: LiveGraph,
  { topology, where }: ReadGraph,
  artifacts: io.ModelArtifacts,
): RunResult {
  return async function* (batches, options) {
    const { weightSpecs, weightData } = expandWeights(artifacts, where);
    const model = await loadedLike(live, { ...artifacts, weightSpecs, weightData });
    try {
      yield* runGraph(model, topology, batches, options);
    } finally {
      model.dispose();
    }
  };
}

const shapesOf = ({ weights }: ReadGraph) => new Map(weights.map(({ spec }) => [spec.name, spec.shape]));

function artifactsOf(
  graph: ReadGraph,
  { graph: corrected, notes }: CorrectedGraph,
  outcome: Outcome,
  written: ReadonlyMap<string, StoredTensor>,
  form: StorageForm,
): Applied<io.ModelArtifacts> {
  const stored = corrected.weights.map(
    (weight) => written.get(weight.spec.name)?.stored ?? keepForm(weight, form),
  );
  const values = new Map([...written].map(([name, each]) => [name, each.values]));
  const userDefinedMetadata = { ...withPlan(graph.artifacts.userDefinedMetadata, outcome.plan, values) };
  const model = { ...withWeights(corrected.artifacts, stored), userDefinedMetadata };
  return {
    model,
    storage: graph.weights.flatMap(({ spec }) =>
      storageNote(spec, written.get(spec.name), notes.get(spec.name)),
    ),
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
function storageNote(
  spec: StoredWeight['spec'],
  tensor: StoredTensor | undefined,
  bias: BiasNote | undefined,
): StorageNote[] {
  if (tensor === undefined) return [];
  return [
    {
      id: spec.name,
      form: tensor.form,
      storedBytes: tensor.stored.bytes.length,
      memoryBytes: sizeOf(spec.shape) * Float32Array.BYTES_PER_ELEMENT,
      reason: [tensor.reason, expansionNote(spec)].filter((part) => part !== undefined).join('; '),
      ...defined({ bias }),
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
