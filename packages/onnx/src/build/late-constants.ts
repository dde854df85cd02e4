import { sizeOf } from '@lowbit/core/adapter';
import { makeRawTensor, makeTensor } from '../graph/make-tensor.js';
import { bytesOfType } from '../model/data-types.js';
import { largeBytes, type DataType, type TensorProto } from '../schema/proto.js';

/** Reads the values of a constant, row-major. */
export type ReadValues = () => Promise<ArrayLike<number>>;

type Bytes = Uint8Array<ArrayBuffer>;

/** Constants whose values are read when they are written. What holds their place is memory that nothing is written to, so that none is taken. */
export class LateConstants {
  readonly #readers = new Map<Uint8Array, () => Promise<Bytes>>();

  /** A constant that holds its place. */
  add(name: string, type: DataType, dims: readonly number[], read: ReadValues): TensorProto {
    const place = new Uint8Array(bytesOfType(type, sizeOf(dims)));
    this.#readers.set(place, async () => makeTensor(name, type, dims, await read()).rawData as Bytes);
    return makeRawTensor(name, type, dims, place);
  }

  /** Reads what tensors only hold the place of: all, or what pieces of a file would not have as a piece of its own. */
  async settle(tensors: readonly TensorProto[], which: 'all' | 'small'): Promise<void> {
    for (const tensor of tensors) {
      if (which === 'small' && tensor.rawData.length >= largeBytes) continue;
      const read = this.#readers.get(tensor.rawData);
      if (read !== undefined) tensor.rawData = await read();
    }
  }

  /** Pieces of a file, those that are not yet read when their turn comes. */
  async *read(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield await (this.#readers.get(piece)?.() ?? piece);
  }
}
