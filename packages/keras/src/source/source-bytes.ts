import { sizeOf } from '@lowbit/core/adapter';

import { isBlob, type KerasFile } from '../file.js';
import type { Hdf5Contents, Hdf5Dataset, StoredType } from '../hdf5/contents.js';
import type { KerasSource } from './source.js';

/** Bytes of all files that a model is read from; of text and objects, as JSON. */
export function sourceBytes(source: KerasSource): number {
  if (isFile(source)) return partBytes(source);
  const parts =
    'modelJson' in source
      ? [source.modelJson, ...Object.values(source.shards)]
      : [source.topology, ...[source.weights ?? []].flat()];
  return parts.reduce<number>((sum, part) => sum + partBytes(part), 0);
}

const isFile = (value: KerasSource): value is KerasFile =>
  value instanceof Uint8Array || value instanceof ArrayBuffer || isBlob(value);

function partBytes(part: unknown): number {
  if (part instanceof Uint8Array || part instanceof ArrayBuffer) return part.byteLength;
  if (isBlob(part)) return part.size;
  return new TextEncoder().encode(typeof part === 'string' ? part : JSON.stringify(part)).length;
}

/**
 * Bytes of a file that hold the state of an optimizer: of Keras 3 and 2.12 on in the group `optimizer`, in older files in `optimizer_weights`.
 *
 * @param bytes - of the file. Where values are compressed, their part of it.
 */
export function optimizerBytes({ datasets }: Pick<Hdf5Contents, 'datasets'>, bytes: number): number {
  const all = [...datasets.values()];
  const state = bytesOf(all.filter(({ path }) => /^optimizer(_weights)?\//.test(path)));
  return state === 0 ? 0 : Math.round(Math.min(1, bytes / bytesOf(all)) * state);
}

const bytesOf = (datasets: readonly Hdf5Dataset[]): number =>
  datasets.reduce((sum, { shape, type }) => sum + sizeOf(shape) * bytesOfType(type), 0);

const bytesOfType = (type: StoredType): number => (type === 'bool' ? 1 : Number(/\d+$/.exec(type)) / 8);
