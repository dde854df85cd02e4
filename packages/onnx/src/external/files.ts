import { isLowbitError, LowbitError } from '@lowbit/core';
import { asBytes, type ModelBytes } from '../model/model-bytes.js';
import { isExternal } from '../model/tensor-data.js';
import { copyMessage, DataLocation, type TensorProto } from '../schema/proto.js';
import { externalReference, type ExternalReference } from './reference.js';

/**
 * Gives the whole content of a file beside the model. `path` is relative, has been checked to name nothing outside
 * the model's folder, and uses `/`. A reader of a file system must still refuse links that lead out of the folder.
 */
export type ReadExternalData = (path: string) => Promise<ModelBytes> | ModelBytes;

/** A file that belongs beside the model. */
export interface ExternalFile {
  /** Relative to the model's folder, as the model names it. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** The files beside a model, opened when something in them is asked for. */
export interface ExternalFiles {
  /** A file's bytes. */
  open(path: string): Promise<Uint8Array>;
  /** The tensor with its data in it; a tensor that is not external is given back as it is. */
  load(tensor: TensorProto, where: string): Promise<TensorProto>;
}

/**
 * Files are asked for once while they are in use: the last one is kept, so that models whose tensors lie in one file
 * open it once.
 */
export function externalFiles(read: ReadExternalData): ExternalFiles {
  let last: { path: string; bytes: Promise<Uint8Array> } | undefined;
  const open = (path: string): Promise<Uint8Array> => {
    if (last?.path !== path) last = { path, bytes: openFile(read, path) };
    return last.bytes;
  };
  return {
    open,
    async load(tensor, where) {
      if (!isExternal(tensor)) return tensor;
      const reference = externalReference(tensor, where);
      const rawData = partOf(await open(reference.path), reference, where);
      return copyMessage(tensor, { rawData, dataLocation: DataLocation.DEFAULT, externalData: [] });
    },
  };
}

async function openFile(read: ReadExternalData, path: string): Promise<Uint8Array> {
  try {
    const bytes = asBytes(await read(path));
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    if (isLowbitError(cause)) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'external-data', where: path, expected, received, remedy }, { cause });
  }
  throw new LowbitError({ code: 'external-data', where: path, expected, received: 'none', remedy });
}

const expected = 'the bytes of the file as a Uint8Array';
const remedy = "Put the model's external data file where the model says, or save the model as a single file.";

/** A view of the bytes that a tensor names. */
function partOf(bytes: Uint8Array, { path, offset, length }: ExternalReference, where: string) {
  if (offset + length <= bytes.length) {
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length);
  }
  throw new LowbitError({
    code: 'external-data',
    where,
    expected: `bytes ${offset} to ${offset + length} of ${path}`,
    received: `a file of ${bytes.length} bytes`,
    remedy: 'The file is cut short or belongs to another model: get it again from where the model is from.',
  });
}

/** The error for a model whose files nobody can read. @param purpose What they are needed for. */
export function withoutFiles(where: string, purpose: string): LowbitError {
  return new LowbitError({
    code: 'external-data',
    where,
    expected: `the files of the model, ${purpose}`,
    received: 'none',
    remedy: 'Give the option externalData, a function that reads a file beside the model.',
  });
}
