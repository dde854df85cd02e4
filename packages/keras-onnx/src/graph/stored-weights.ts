import { decode, unpackTensor, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import { defined, sizeOf } from '@lowbit/core/adapter';
import type { KerasWeight } from '@lowbit/keras';
import type { ModelBuilder } from '@lowbit/onnx/build';
import { arrangedShape, arrangeFloats, arrangeTensor, type Arrangement } from './arrange.js';

/** Weights as they are stored: packed ones packed, the others as floats. */
export class StoredWeights {
  /** Ids of quantized weights, by their names in the graph. */
  readonly #ids = new Map<string, string>();
  readonly #torn: StorageNote[] = [];

  /**
   * @param reading Is told of each weight before it is read.
   * @param originals By id, as they were before they were quantized, for those that become floats.
   */
  constructor(
    private readonly reading: (weight: KerasWeight) => void,
    private readonly originals: ReadonlyMap<string, KerasWeight>,
  ) {}

  async place(builder: ModelBuilder, weight: KerasWeight, arrangement: Arrangement): Promise<string> {
    const { id, shape } = weight;
    const dims = arrangedShape(shape, arrangement);
    if (weight.packed === undefined)
      return builder.constant(id, 'float32', dims, async () => {
        this.reading(weight);
        return arrangeFloats(await weight.read(), shape, arrangement);
      });
    this.reading(weight);
    const stored = unpackTensor(weight.packed);
    const tensor = arrangeTensor(stored, arrangement);
    const before = this.originals.get(id);
    const original = before && (async () => arrangeFloats(await before.read(), shape, arrangement));
    if (tensor !== undefined) {
      const name = builder.weight(id, tensor, { dims, ...defined({ original }) });
      this.#ids.set(name, id);
      return name;
    }
    const values = (await original?.()) ?? arrangeFloats(decode(stored), shape, arrangement);
    this.#torn.push(tornNote(id, stored, before !== undefined));
    return builder.constant(id, 'float32', dims, values);
  }

  /** How each quantized weight is stored, by its id. @param notes Those of the builder. */
  storage(notes: readonly StorageNote[]): readonly StorageNote[] {
    return [...notes.map((note) => ({ ...note, id: this.#ids.get(note.id) ?? note.id })), ...this.#torn];
  }
}

/** Of a quantized weight that stands as floats since another order would tear its groups apart. */
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
