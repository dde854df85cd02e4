import { decode, unpackTensor, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import { defined, sizeOf } from '@lowbit/core/adapter';
import type { KerasLayer, KerasWeight } from '@lowbit/keras';
import { arrangedShape, arrangeFloats, arrangeTensor, type Arrangement } from './arrange.js';
import type { Graph } from './graph.js';

/** The weights of a model in the graph, each once in every order in which it is wanted. */
export class Weights {
  readonly #written = new Map<string, Promise<string>>();
  readonly #torn: StorageNote[] = [];

  /**
   * @param reading Is told of each weight before it is read.
   * @param originals By id, as they were before they were quantized, for those that become floats.
   */
  constructor(
    private readonly graph: Graph,
    private readonly reading: (weight: KerasWeight) => void,
    private readonly originals: ReadonlyMap<string, KerasWeight>,
  ) {}

  /** Quantized weights that stand as floats since another order would tear their groups apart. */
  get torn(): readonly StorageNote[] {
    return this.#torn;
  }

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
    const before = this.originals.get(id);
    const original = before && (async () => arrangeFloats(await before.read(), shape, arrangement));
    if (tensor !== undefined) return builder.weight(id, tensor, { dims, ...defined({ original }) });
    const values = (await original?.()) ?? arrangeFloats(decode(stored), shape, arrangement);
    const name = builder.constant(id, 'float32', dims, values);
    this.#torn.push(tornNote(name, stored, before !== undefined));
    return name;
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

function tornNote(id: string, { shape }: QuantizedTensor, isOriginal: boolean): StorageNote {
  const bytes = sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
  const values = isOriginal ? 'left as it was' : 'the values of its codes stand as floats';
  return {
    id,
    form: 'float',
    storedBytes: bytes,
    memoryBytes: bytes,
    reason: `${values}: the operator of ONNX wants an order of its places in which groups are torn apart`,
    ...(isOriginal && { float: true }),
  };
}
