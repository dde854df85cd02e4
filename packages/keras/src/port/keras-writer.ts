import {
  decode,
  LowbitError,
  packTensor,
  unpackTensor,
  type PackedTensor,
  type QuantizedTensor,
  type StorageNote,
} from '@lowbit/core';
import { sizeOf, type Applied, type ModelWriter, type Outcome } from '@lowbit/core/adapter';
import type { KerasLayer, KerasModel, KerasNetwork, KerasWeight } from '../model.js';
import { weightBytes } from './describe-layer.js';

/** Packs each weight of a plan when it comes, and makes a model of them; the model that was read stays as it is. */
export function kerasWriter(model: () => Promise<KerasModel>, outcome: Outcome): ModelWriter<KerasModel> {
  const packed = new Map<string, PackedTensor>();
  const planned = new Map(outcome.entries.map(({ weight }) => [weight.id, weight.shape]));
  return {
    add(id, tensor) {
      checkShape(id, tensor, planned.get(id));
      packed.set(id, packTensor(tensor));
    },
    async finish() {
      return written(await model(), outcome, packed);
    },
  };
}

function checkShape(
  id: string,
  { shape: received }: QuantizedTensor,
  shape: readonly number[] | undefined,
): void {
  if (shape !== undefined && String(shape) === String(received)) return;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: id,
    expected:
      shape === undefined ? 'the id of a weight of this model and plan' : `shape [${shape.join(', ')}]`,
    received: `a tensor of shape [${received.join(', ')}]`,
    remedy: 'Plan again for this model: its layers or their names have changed.',
  });
}

function written(
  model: KerasModel,
  { plan, entries }: Outcome,
  packed: ReadonlyMap<string, PackedTensor>,
): Applied<KerasModel> {
  const weights = new Map(
    model.weights.map((weight) => [weight.id, withPacked(weight, packed.get(weight.id))]),
  );
  const bytes = (list: Iterable<KerasWeight>) =>
    [...list].reduce((sum, weight) => sum + weightBytes(weight), 0);
  const result: KerasModel = {
    ...model,
    network: withWeights(model.network, weights),
    weights: [...weights.values()],
    plans: [...(model.plans ?? []), plan],
  };
  const storage = entries.flatMap(({ weight: { id } }) => {
    const tensor = packed.get(id);
    return tensor === undefined ? [] : [storageNote(id, tensor)];
  });
  return {
    model: result,
    storage,
    modelBytes: { before: bytes(model.weights), after: bytes(weights.values()) },
  };
}

function withPacked(weight: KerasWeight, packed: PackedTensor | undefined): KerasWeight {
  if (packed === undefined) return weight;
  return { ...weight, packed, read: async () => decode(unpackTensor(packed)) };
}

function storageNote(id: string, { header, codes, parameters }: PackedTensor): StorageNote {
  return {
    id,
    form: 'float at run time',
    storedBytes: codes.length + parameters.length,
    memoryBytes: sizeOf(header.shape) * Float32Array.BYTES_PER_ELEMENT,
    reason:
      "stored size is that of lowbit's container; TensorFlow.js has no packed tensors and keeps float32 in memory",
  };
}

/** A network with other weights of the same ids. */
function withWeights(network: KerasNetwork, weights: ReadonlyMap<string, KerasWeight>): KerasNetwork {
  const layers = new Map(network.layers.map((layer) => [layer, layerWith(layer, weights)]));
  const calls = network.calls.map((call) => ({ ...call, layer: layers.get(call.layer)! }));
  return { ...network, layers: [...layers.values()], calls };
}

function layerWith(layer: KerasLayer, weights: ReadonlyMap<string, KerasWeight>): KerasLayer {
  const parts = Object.entries(layer.parts).map(([name, part]) => [name, layerWith(part, weights)] as const);
  return {
    ...layer,
    weights: layer.weights.map((weight) => weights.get(weight.id) ?? weight),
    parts: Object.fromEntries(parts),
    ...(layer.network && { network: withWeights(layer.network, weights) }),
  };
}
