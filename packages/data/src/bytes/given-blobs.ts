import { givenWords, invalidArgument } from '../problems.js';
import type { DataBlob } from './blob-file.js';

/** Files for the only input or called after their inputs, or the files of each input by its name. */
export type GivenBlobs<B extends DataBlob> = BlobList<B> | Readonly<Record<string, BlobList<B>>>;

/** A list of files, for instance the `files` of an `<input>`. */
export type BlobList<B extends DataBlob> = Iterable<B> | ArrayLike<B>;

/**
 * The files that were given, with the input that they are for where it is named.
 *
 * @throws LowbitError `invalid-argument` for anything else, such as paths or bytes.
 */
export function listBlobs<B extends DataBlob>(
  given: GivenBlobs<B>,
): readonly { readonly blob: B; readonly input?: string }[] {
  if (isList(given)) return Array.from(given, (blob) => ({ blob: checkBlob(blob) }));
  if (typeof given !== 'object' || (given as unknown) === null || isBlob(given) || given instanceof Promise)
    throw notFiles(given);
  return Object.entries(given).flatMap(([input, files]) => {
    if (!isList(files)) throw notFiles(files);
    return Array.from(files, (blob) => ({ blob: checkBlob(blob), input }));
  });
}

/** @throws LowbitError `invalid-argument` for what is no file. */
export function checkBlob<B extends DataBlob>(value: B): B {
  if (isBlob(value)) return value;
  throw notFiles(value);
}

function isList<B extends DataBlob>(value: GivenBlobs<B>): value is BlobList<B> {
  if (typeof value !== 'object' || (value as unknown) === null) return false;
  return Symbol.iterator in value || ('length' in value && typeof value.length === 'number');
}

function isBlob(value: unknown): boolean {
  const { size, slice } = (value ?? {}) as Partial<DataBlob>;
  return typeof size === 'number' && typeof slice === 'function';
}

function notFiles(value: unknown): Error {
  const remedy = remedyFor(value);
  return invalidArgument('readBatches', {
    expected: 'a list of files: File or Blob',
    received: givenWords(value),
    ...(remedy !== undefined && { remedy }),
  });
}

function remedyFor(value: unknown): string | undefined {
  if (typeof value === 'string') return 'Paths are for readBatches of @lowbit/data/node.';
  if (value instanceof Promise) return 'Wait for it with await.';
  if (isBlob(value)) return 'Put the file into a list: [file].';
  return typeof value === 'number' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer
    ? 'Make a file of bytes: new File([bytes], name).'
    : undefined;
}
