import { isLowbitError, LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { cutOff, type DataFile } from './data-file.js';

/** A `File` or `Blob`, or anything that is read in the same way. */
export interface DataBlob {
  readonly size: number;
  /** Tells the kind of data by its end, and the input that an array is for; pictures are called by it. */
  readonly name?: string;
  /** The path below the folder that was chosen, which a browser gives to the files of a folder. */
  readonly webkitRelativePath?: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** Writes bytes from `at` on into memory that is there, and tells how many there were: spares new memory for each part of a large file. */
  fill?(into: Uint8Array, at: number): Promise<number>;
}

/**
 * A file of a browser.
 *
 * @param place - its place among those given, from 0; a blob without a name is called by it
 */
export function blobFile(blob: DataBlob, place: number): DataFile {
  const { size, slice } = Object(blob) as Partial<DataBlob>;
  const fits = typeof size === 'number' && typeof slice === 'function';
  checkArgument(fits, blob, { where: 'blobFile(blob, place)', expected: 'a File or a Blob' });
  const path = blob.webkitRelativePath;
  const where = path || blob.name || `file ${place + 1}`;
  const read = async (position: number, length: number) => {
    const bytes = new Uint8Array(await bytesOf(blob, position, length, where));
    if (bytes.length < length) throw cutOff(where, position, length, bytes.length);
    return bytes;
  };
  const fill = async (into: Uint8Array, position: number) => {
    const found = await blob.fill!(into, position);
    if (found < into.length) throw cutOff(where, position, into.length, found);
  };
  const name = path ? path.slice(path.indexOf('/') + 1) : (blob.name ?? '');
  const opened = {
    ...{ size: blob.size, read, close: async () => undefined },
    ...(blob.fill !== undefined && { fill }),
  };
  return { where, name, open: async () => opened };
}

/** Bytes in memory, read as a file of a browser is. Each read is a copy of its own, also of a Buffer, whose `slice` makes none. */
export function bytesBlob(bytes: Uint8Array, name: string): DataBlob {
  const where = 'bytesBlob(bytes, name)';
  checkArgument(bytes instanceof Uint8Array, bytes, { where, expected: 'bytes, as a Uint8Array' });
  checkArgument(typeof name === 'string', name, { where, expected: 'the name of a file' });
  const slice = (start: number, end: number) => ({
    arrayBuffer: async () => new Uint8Array(bytes.subarray(start, end)).buffer,
  });
  return { size: bytes.length, name, slice };
}

function bytesOf(blob: DataBlob, position: number, length: number, where: string): Promise<ArrayBuffer> {
  return blob
    .slice(position, position + length)
    .arrayBuffer()
    .catch((error: unknown) => {
      // What reads tells what is wrong, also that it was cancelled.
      if (isLowbitError(error)) throw error;
      const received = error instanceof Error ? error.message : String(error);
      const remedy = 'Choose the file again: it was moved or changed since.';
      throw new LowbitError({ code: 'file-unreadable', where, received, remedy }, { cause: error });
    });
}
