import { asBytes, type ModelBytes } from '../model/model-bytes.js';

/** A file of which parts are read. */
export interface RangedFile {
  /** Its bytes. */
  readonly size: number;
  /** The bytes of a part, which lies in the file. */
  read(offset: number, length: number): Promise<ModelBytes> | ModelBytes;
}

/** What of a `Blob` or a `File` of a browser is used. */
export interface BlobFile {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A file beside a model: its bytes, or something that gives parts of them, so that no more is read than is used. */
export type ExternalContent = ModelBytes | BlobFile | RangedFile;

/** Reads parts of any of these, as views where all bytes are there; `undefined` for anything else. */
export function rangedFile(given: unknown): RangedFile | undefined {
  const bytes = asBytes(given);
  if (bytes !== undefined)
    return { size: bytes.length, read: (offset, length) => partOf(bytes, offset, length) };
  const { size, read, slice } = Object(given) as Partial<RangedFile & BlobFile>;
  if (!Number.isSafeInteger(size)) return undefined;
  if (typeof read === 'function') return given as RangedFile;
  if (typeof slice !== 'function') return undefined;
  const blob = given as BlobFile;
  return { size: blob.size, read: (from, count) => blob.slice(from, from + count).arrayBuffer() };
}

/** The very array where that is the whole, otherwise a view. */
const partOf = (bytes: Uint8Array<ArrayBuffer>, offset: number, length: number): Uint8Array<ArrayBuffer> =>
  offset === 0 && length === bytes.length
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
