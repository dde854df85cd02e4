import {
  decode,
  packTensor,
  registry,
  unpackTensor,
  type PackedTensor,
  type Registry,
  type StorageNote,
} from '@lowbit/core';
import {
  type Applied,
  type BiasNote,
  defined,
  type ModelWriter,
  type Outcome,
  type RunResult,
  sizeOf,
} from '@lowbit/core/adapter';
import type { KerasModel, KerasWeight } from '../model.js';
import { changedNetwork, changedWeights } from './changed-network.js';
import { correctedBiases } from './corrected-biases.js';
import { writtenBytes } from './model-bytes.js';
import type { KerasRunner, RunnerOptions } from './running.js';
import { writableSites } from './writable-sites.js';

/**
 * Packs each weight of a plan when it comes, and makes a model of them, with quantized inputs in front of layers; the model that was read
 * stays as it is.
 *
 * @param before - bytes of the files that the model was read from; where they are not known, of those that it would be written as
 */
export function kerasWriter(
  model: () => Promise<KerasModel>,
  outcome: Outcome,
  runner: KerasRunner | undefined,
  options: RunnerOptions,
  before: () => number | undefined,
): ModelWriter<KerasModel> {
  const packed = new Map<string, PackedTensor>();
  const shifts = new Map<string, Float32Array>();
  return {
    add(id, tensor, shift) {
      packed.set(id, packTensor(tensor));
      if (shift !== undefined) shifts.set(id, shift);
    },
    async finish() {
      const applied = written(await model(), outcome, packed, shifts, before());
      if (runner === undefined) return applied;
      return {
        ...applied,
        run: runningOnce(applied.model, runner, { registry: pluginsOf(outcome, options) }),
      };
    },
  };
}

/** The quantizers of activations that a result has: new ones, and those that the model had before. */
function pluginsOf({ activations }: Outcome, options: RunnerOptions): Registry {
  const plugins = [...activations.values()].map(({ quantizer }) => quantizer);
  const all = [...(options.registry?.list() ?? []), ...plugins];
  return registry([...new Map(all.map((plugin) => [`${plugin.kind} ${plugin.name}`, plugin])).values()]);
}

/** Makes a running model of a result for each run, and frees it. */
function runningOnce(model: KerasModel, runner: KerasRunner, needed: RunnerOptions): RunResult {
  return async function* (batches, options) {
    const running = await runner(model, needed);
    try {
      yield* running.run(batches, options);
    } finally {
      running.close();
    }
  };
}

function written(
  model: KerasModel,
  { plan, entries, activations }: Outcome,
  packed: ReadonlyMap<string, PackedTensor>,
  shifts: ReadonlyMap<string, Float32Array>,
  before: number | undefined,
): Applied<KerasModel> {
  const { changed, made: biases, notes: biasNotes } = correctedBiases(model.network, shifts);
  const weights = new Map(
    model.weights.map((weight) => [
      weight.id,
      changed.get(weight.id) ?? withPacked(weight, packed.get(weight.id)),
    ]),
  );
  const all = changedWeights(model.weights, { weights, biases });
  const { sites, notes } = writableSites(model.network, activations);
  const result: KerasModel = {
    ...model,
    network: changedNetwork(model.network, { weights, biases, sites }),
    weights: all,
    plans: [...(model.plans ?? []), plan],
  };
  const storage = entries.flatMap(({ weight: { id } }) => {
    const tensor = packed.get(id);
    return tensor === undefined ? [] : [storageNote(id, tensor, biasNotes.get(id))];
  });
  return {
    model: result,
    storage,
    activations: notes,
    modelBytes: { before: before ?? writtenBytes(model), after: writtenBytes(result) },
  };
}

function withPacked(weight: KerasWeight, packed: PackedTensor | undefined): KerasWeight {
  if (packed === undefined) return weight;
  return { ...weight, packed, read: async () => decode(unpackTensor(packed)) };
}

function storageNote(
  id: string,
  { header, codes, parameters }: PackedTensor,
  bias: BiasNote | undefined,
): StorageNote {
  return {
    id,
    ...defined({ bias }),
    form: 'float at run time',
    storedBytes: codes.length + parameters.length,
    memoryBytes: sizeOf(header.shape) * Float32Array.BYTES_PER_ELEMENT,
    reason:
      "stored size is that of lowbit's container; TensorFlow.js has no packed tensors and keeps float32 in memory",
  };
}
