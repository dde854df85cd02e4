import { isLowbitError, LowbitError } from '@lowbit/core';
import { asBytes } from '../model/model-bytes.js';
import { isExternal } from '../model/tensor-data.js';
import { copyMessage, DataLocation, type TensorProto } from '../schema/proto.js';
import { type ExternalContent, type RangedFile, rangedFile } from './ranged-file.js';
import { externalReference, type ExternalReference } from './reference.js';

/**
 * Opens a file beside the model: gives its bytes, a `Blob`, or a size with a function that reads parts, where only what is used
 * is to be in memory. `path` is relative, has been checked to name nothing outside
 * the model's folder, and uses `/`. A reader of a file system must still refuse links that lead out of the folder.
 */
export type ReadExternalData = (path: string) => Promise<ExternalContent> | ExternalContent;

/** A file that belongs beside the model. */
export interface ExternalFile {
  /** Relative to the model's folder, as the model names it. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** The files beside a model, opened when something in them is asked for. */
export interface ExternalFiles {
  /** All bytes of a file. */
  open(path: string): Promise<Uint8Array>;
  /** The tensor with its data in it, of which alone the file is read; a tensor that is not external is given back as it is. */
  load(tensor: TensorProto, where: string): Promise<TensorProto>;
}

/**
 * Files are asked for once while they are in use: the last one is kept, so that models whose tensors lie in one file
 * open it once.
 */
export function externalFiles(read: ReadExternalData): ExternalFiles {
  let last: { path: string; file: Promise<RangedFile> } | undefined;
  const fileAt = (path: string): Promise<RangedFile> => {
    if (last?.path !== path) last = { path, file: openFile(read, path) };
    return last.file;
  };
  return {
    async open(path) {
      const file = await fileAt(path);
      return readPart(file, { path, offset: 0, length: file.size }, path);
    },
    async load(tensor, where) {
      if (!isExternal(tensor)) return tensor;
      const reference = externalReference(tensor, where);
      const rawData = await readPart(await fileAt(reference.path), reference, where);
      return copyMessage(tensor, { rawData, dataLocation: DataLocation.DEFAULT, externalData: [] });
    },
  };
}

async function openFile(read: ReadExternalData, path: string): Promise<RangedFile> {
  const file = rangedFile(await told(path, () => read(path)));
  if (file !== undefined) return file;
  throw new LowbitError({ code: 'external-data', where: path, expected, received: 'none', remedy });
}

/** What a reader gives; its own error as the cause of a typed one. */
async function told<T>(path: string, reading: () => Promise<T> | T): Promise<T> {
  try {
    return await reading();
  } catch (cause) {
    if (isLowbitError(cause)) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'external-data', where: path, expected, received, remedy }, { cause });
  }
}

const expected = 'the bytes of the file as a Uint8Array, a Blob, or { size, read(offset, length) }';
const remedy = "Put the model's external data file where the model says, or save the model as a single file.";

/** The bytes that a tensor names. */
async function readPart(
  file: RangedFile,
  { path, offset, length }: ExternalReference,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = {
    code: 'external-data',
    where,
    expected: `bytes ${offset} to ${offset + length} of ${path}`,
  } as const;
  if (offset + length > file.size) {
    const received = `a file of ${file.size} bytes`;
    throw new LowbitError({ ...wanted, received, remedy: otherFile });
  }
  const bytes = asBytes(await told(path, () => file.read(offset, length)));
  if (bytes?.length === length) return bytes;
  const received = bytes === undefined ? 'no bytes' : `${bytes.length} bytes`;
  throw new LowbitError({ ...wanted, received, remedy: wrongReader });
}

const otherFile =
  'The file is cut short or belongs to another model: get it again from where the model is from.';
const wrongReader =
  'Let read(offset, length) give exactly these bytes of the file, and size their number in the whole file.';

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
