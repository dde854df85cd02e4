import type { Batch } from '@lowbit/core';
import { finiteBatches } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';
import type { LayersModel } from '@tensorflow/tfjs-layers';

type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** Batches with the names that inputs have in the running model, where TensorFlow.js does not take theirs. */
export function renamedInputs({ network }: KerasModel, running: LayersModel): (batches: Batches) => Batches {
  const names = new Map(network.inputs.map(({ layer }, i) => [layer, running.inputNames[i]!]));
  const isSame = [...names].every(([name, inside]) => name === inside);
  return (batches) => (isSame ? batches : { [Symbol.asyncIterator]: () => renamed(batches, names) });
}

async function* renamed(batches: Batches, names: ReadonlyMap<string, string>): AsyncGenerator<Batch> {
  for await (const batch of finiteBatches(batches)) {
    const inputs = Object.entries(batch.inputs).map(([name, value]) => [names.get(name) ?? name, value]);
    yield { ...batch, inputs: Object.fromEntries(inputs) as Batch['inputs'] };
  }
}
