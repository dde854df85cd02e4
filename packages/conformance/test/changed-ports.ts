import type {
  Batch,
  LayerDescriptor,
  ModelPort,
  RunOptions,
  RunOutputs,
  WeightDescriptor,
} from '@lowbit/core';
import type { Applied, TrainablePort } from '@lowbit/core/method';
import type { PortLawOptions } from '../src/index.js';
import { memoryModel, memoryPort, type MemoryModel } from './memory-port.js';
import { trainableMemory } from './trainable-memory.js';

export type Port = ModelPort<MemoryModel>;
export type Options = PortLawOptions<MemoryModel>;

/** Everything that the port laws can look at. */
export function lawOptions(make: () => Port): Options {
  return {
    make,
    decodeResult: (model) => new Map(Object.entries(model)),
    fingerprint: (model) => model,
    makeBatches: () => [{ inputs: { x: { shape: [3], data: [1, 2, 3] } }, labels: [1, 0, 1] }],
    makeNonFinite: () => memoryPort(memoryModel(NaN)),
    makeTrainable: trainableMemory,
  };
}

export function withPort(change: (port: Port) => Partial<Port>): Options {
  return lawOptions(() => {
    const port = memoryPort(memoryModel());
    return { ...port, ...change(port) };
  });
}

/** A port with changed members that can reach into the model behind it. */
export function withModel(change: (model: MemoryModel, port: Port) => Partial<Port>): Options {
  return lawOptions(() => {
    const model = { ...memoryModel() };
    const port = memoryPort(model);
    return { ...port, ...change(model, port) };
  });
}

export function withLayers(
  change: (layers: readonly LayerDescriptor[]) => readonly LayerDescriptor[],
): Options {
  return withPort((port) => ({ layers: () => change(port.layers() as readonly LayerDescriptor[]) }));
}

export function withWeights(change: (weight: WeightDescriptor) => Partial<WeightDescriptor>): Options {
  return withLayers((layers) =>
    layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map((weight) => ({ ...weight, ...change(weight) })),
    })),
  );
}

export function withApplied(
  change: (applied: Applied<MemoryModel>) => Partial<Applied<MemoryModel>>,
): Options {
  return withPort((port) => ({ write: finishing(port, change) }));
}

/** The port's `write`, with a changed end. */
export function finishing(
  port: Port,
  change: (applied: Applied<MemoryModel>) => Partial<Applied<MemoryModel>>,
): Port['write'] {
  return (outcome) => {
    const writer = port.write(outcome);
    const finish = async () => {
      const applied = await writer.finish();
      return { ...applied, ...change(applied) };
    };
    return { ...writer, finish };
  };
}

/** A port that runs with changed options. */
export function running(change: (options: RunOptions | undefined) => RunOptions | undefined): Options {
  return withPort((port) => ({ run: (batches, options) => port.run!(batches, change(options)) }));
}

/** A port that gives other outputs than it computes. */
export function outputting(change: (outputs: RunOutputs) => RunOutputs): Options {
  return withPort((port) => ({
    async *run(batches, options) {
      for await (const outputs of port.run!(batches, options)) yield change(outputs);
    },
  }));
}

/** A model that is trained by a port with changed members. */
export function trained(
  change: (port: TrainablePort<MemoryModel>) => Partial<TrainablePort<MemoryModel>>,
): Options {
  const makeTrainable = () => {
    const { port, train } = trainableMemory();
    return { port: { ...port, ...change(port) }, train };
  };
  return { ...lawOptions(() => memoryPort(memoryModel())), makeTrainable };
}

/** The batches that have labels. */
export async function labelled(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<readonly Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) if (batch.labels !== undefined) all.push(batch);
  return all;
}
