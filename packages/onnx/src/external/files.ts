import { isLowbitError, LowbitError } from '@lowbit/core';
import { asBytes } from '../model/model-bytes.js';
import { isExternal } from '../model/tensor-data.js';
import { copyMessage, DataLocation, type TensorProto } from '../schema/proto.js';
import { type ExternalContent, type RangedFile, rangedFile } from './ranged-file.js';
import { externalReference, type ExternalReference } from './reference.js';

/** A part of a file, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Opens a file beside the model: gives its bytes, a `Blob`, or a size with a function that reads parts, where only what is used
 * is to be in memory. Bytes may also be those of `range` alone, where there is one: as many as it is long. `path` is relative, has
 * been checked to name nothing outside
 * the model's folder, and uses `/`. A reader of a file system must still refuse links that lead out of the folder.
 */
export type ReadExternalData = (
  path: string,
  range?: ByteRange,
) => Promise<ExternalContent> | ExternalContent;

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

/** What was opened of a file: all of it, or one part. */
interface OpenedFile extends RangedFile {
  readonly isPart: boolean;
}

/**
 * Files are asked for once while they are in use: the last one is kept, so that models whose tensors lie in one file
 * open it once. Parts are asked for each time.
 */
export function externalFiles(read: ReadExternalData): ExternalFiles {
  let last: { path: string; file: Promise<OpenedFile> } | undefined;
  const fileAt = async (path: string, range?: ByteRange): Promise<RangedFile> => {
    const known = last?.path === path ? await last.file : undefined;
    if (known?.isPart === false) return known;
    const opening = { path, file: openFile(read, path, range) };
    last = opening;
    const file = await opening.file;
    if (file.isPart && last === opening) last = undefined;
    return file;
  };
  return {
    async open(path) {
      const file = await fileAt(path);
      return readPart(file, { path, offset: 0, length: file.size }, path);
    },
    async load(tensor, where) {
      if (!isExternal(tensor)) return tensor;
      const reference = externalReference(tensor, where);
      const { path, offset, length } = reference;
      const rawData = await readPart(await fileAt(path, { offset, length }), reference, where);
      return copyMessage(tensor, { rawData, dataLocation: DataLocation.DEFAULT, externalData: [] });
    },
  };
}

/** Bytes that are as many as were asked for are the part, whether or not they are the whole file too. */
async function openFile(read: ReadExternalData, path: string, range?: ByteRange): Promise<OpenedFile> {
  const given = await told(path, () => read(path, range));
  const bytes = asBytes(given);
  if (range !== undefined && bytes?.length === range.length)
    return { isPart: true, size: range.offset + range.length, read: () => bytes };
  const file = rangedFile(given);
  if (file !== undefined)
    return { isPart: false, size: file.size, read: (offset, length) => file.read(offset, length) };
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
