import { mismatch } from '../errors.js';
import type { Attributes, StoredType } from '../hdf5/contents.js';
import type { Hdf5File } from '../hdf5/open-hdf5.js';
import { toFloat32Values } from '../hdf5/stored-type.js';
import { readingAgain } from '../read-again.js';
import type { StoredTensor } from './tensors.js';

/** Tensors by their paths in a file, and what is said about the groups that hold them. */
export interface TensorStore {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly groups: ReadonlyMap<string, Attributes>;
  /** What is no tensor of real numbers, in words, by its path. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * The tensor at a path of a file, if there is one.
 *
 * @throws LowbitError `weights-mismatch` for what is no tensor of real numbers.
 */
export function tensorAt({ tensors, others }: TensorStore, path: string): StoredTensor | undefined {
  const received = others.get(path);
  if (received !== undefined)
    throw mismatch(path, 'a weight of real numbers', received, 'Save the model with weights of float32.');
  return tensors.get(path);
}

/**
 * What is in HDF5 files that belong together: parts of one model, as Keras splits large ones.
 *
 * @throws LowbitError `weights-mismatch` for a tensor that is in several of them, of which none is more right than another.
 */
export function hdf5Store(files: readonly Hdf5File[]): TensorStore {
  checkDistinct(files);
  const tensors = files.flatMap((file) =>
    [...file.contents.datasets.values()].map(({ path, shape, type }): [string, StoredTensor] => [
      path,
      { path, shape, type, read: readerOf(file, path, type) },
    ]),
  );
  return {
    tensors: new Map(tensors),
    groups: new Map(files.flatMap(({ contents }) => [...contents.groups])),
    others: new Map(files.flatMap(({ contents }) => [...contents.others])),
  };
}

function readerOf(file: Hdf5File, path: string, type: StoredType): StoredTensor['read'] {
  const read = async (memory?: ArrayBuffer) => toFloat32Values(await file.read(path, memory), type);
  return type === 'float32' ? readingAgain(read) : () => read();
}

function checkDistinct(files: readonly Hdf5File[]): void {
  const owners = new Map<string, number>();
  for (const [i, { contents }] of files.entries())
    for (const path of contents.datasets.keys()) {
      const other = owners.get(path);
      if (other !== undefined)
        throw mismatch(
          `weights[${i}]`,
          'parts of one store of weights, each with tensors of its own',
          `${path}, which weights[${other}] has too`,
          'Give a whole file of weights alone, or each of the parts that max_shard_size made once.',
        );
      owners.set(path, i);
    }
}

/** An attribute that is a list of texts. h5py splits lists beyond 64 KB over attributes with a number behind the name. */
export function listAttribute(
  attributes: Attributes | undefined,
  name: string,
): readonly string[] | undefined {
  const whole = attributes?.[name];
  if (whole !== undefined) return typeof whole === 'string' ? [whole] : whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = attributes?.[`${name}${i}`];
    if (part === undefined) return i === 0 ? undefined : parts;
    parts.push(...(typeof part === 'string' ? [part] : part));
  }
}
