import {
  decode,
  isLowbitError,
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
import { tfjsModelFiles } from '../tfjs/tfjs-model-files.js';
import { changedNetwork, changedWeights } from './changed-network.js';
import { correctedBiases } from './corrected-biases.js';
import { weightBytes } from './describe-layer.js';
import type { KerasRunner, RunnerOptions } from './running.js';
import { writableSites } from './writable-sites.js';

/**
 * Packs each weight of a plan when it comes, and makes a model of them, with quantized inputs in front of layers; the model that was read
 * stays as it is.
 */
export function kerasWriter(
  model: () => Promise<KerasModel>,
  outcome: Outcome,
  runner: KerasRunner | undefined,
  options: RunnerOptions,
): ModelWriter<KerasModel> {
  const packed = new Map<string, PackedTensor>();
  const shifts = new Map<string, Float32Array>();
  return {
    add(id, tensor, shift) {
      packed.set(id, packTensor(tensor));
      if (shift !== undefined) shifts.set(id, shift);
    },
    async finish() {
      const applied = written(await model(), outcome, packed, shifts);
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
  { fileBytes, ...model }: KerasModel,
  { plan, entries, activations }: Outcome,
  packed: ReadonlyMap<string, PackedTensor>,
  shifts: ReadonlyMap<string, Float32Array>,
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
    modelBytes: { before: fileBytes ?? writtenBytes(model), after: writtenBytes(result) },
  };
}

/** Bytes of all files of a model of TensorFlow.js; of the weights alone where that lacks one of its layers. */
function writtenBytes(model: KerasModel): number {
  try {
    const { json, shards } = tfjsModelFiles(model);
    return shards.reduce((sum, { bytes }) => sum + bytes, new TextEncoder().encode(json).length);
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'layer-unsupported') throw error;
    // What is not packed is written as float32, whatever the file of Keras has.
    const floats = (shape: readonly number[]) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
    return model.weights.reduce(
      (sum, weight) => sum + (weight.packed === undefined ? floats(weight.shape) : weightBytes(weight)),
      0,
    );
  }
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
