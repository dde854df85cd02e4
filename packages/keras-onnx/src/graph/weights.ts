import { decode, unpackTensor } from '@lowbit/core';
import type { KerasLayer, KerasWeight } from '@lowbit/keras';
import { arrangedShape, arrangeFloats, arrangeTensor, type Arrangement } from './arrange.js';
import type { Graph } from './graph.js';

/** The weights of a model in the graph, each once in every order in which it is wanted. */
export class Weights {
  readonly #written = new Map<string, Promise<string>>();

  /** @param reading Is told of each weight before it is read. */
  constructor(
    private readonly graph: Graph,
    private readonly reading: (weight: KerasWeight) => void,
  ) {}

  /** The name of a weight in the graph; undefined where the layer has none of the name. */
  find(layer: KerasLayer, name: string, arrangement: Arrangement = {}): Promise<string> | undefined {
    const weight = weightOf(layer, name);
    if (weight === undefined) return undefined;
    const key = JSON.stringify([weight.id, arrangement]);
    const known = this.#written.get(key) ?? this.#write(weight, arrangement);
    this.#written.set(key, known);
    return known;
  }

  async #write(weight: KerasWeight, arrangement: Arrangement): Promise<string> {
    this.reading(weight);
    const { id, shape } = weight;
    const dims = arrangedShape(shape, arrangement);
    const { builder } = this.graph;
    if (weight.packed === undefined) {
      const values = arrangeFloats(await weight.read(), shape, arrangement);
      return builder.constant(id, 'float32', dims, values);
    }
    const stored = unpackTensor(weight.packed);
    const tensor = arrangeTensor(stored, arrangement);
    return tensor === undefined
      ? builder.constant(id, 'float32', dims, arrangeFloats(decode(stored), shape, arrangement))
      : builder.weight(id, tensor, { dims });
  }
}

/** A weight of the layer itself, not of its parts. */
function weightOf({ weights }: KerasLayer, name: string): KerasWeight | undefined {
  return weights.find((weight) => weight.name === name);
}

/** The values of a weight as they are computed with. */
export async function valuesOf(layer: KerasLayer, name: string): Promise<Float32Array | undefined> {
  const weight = weightOf(layer, name);
  if (weight === undefined) return undefined;
  return weight.packed === undefined ? weight.read() : decode(unpackTensor(weight.packed));
}
