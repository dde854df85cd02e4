import { decode, unpackTensor } from '@lowbit/core';
import type { KerasLayer, KerasWeight } from '@lowbit/keras';
import type { Arrangement } from './arrange.js';

/** Puts a weight into the graph in an order of its values. @returns Its name there. */
export type PlaceWeight = (weight: KerasWeight, arrangement: Arrangement) => string | Promise<string>;

/** The weights of a model in the graph, each once in every order in which it is wanted. */
export class Weights {
  readonly #placed = new Map<string, Promise<string>>();

  constructor(private readonly place: PlaceWeight) {}

  /** The name of a weight in the graph; undefined where the layer has none of the name. */
  find(layer: KerasLayer, name: string, arrangement: Arrangement = {}): Promise<string> | undefined {
    const weight = weightOf(layer, name);
    if (weight === undefined) return undefined;
    const key = JSON.stringify([weight.id, arrangement]);
    const known = this.#placed.get(key) ?? Promise.resolve(this.place(weight, arrangement));
    this.#placed.set(key, known);
    return known;
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
