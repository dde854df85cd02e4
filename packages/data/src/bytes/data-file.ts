import { invalid } from '../problems.js';

/** A file of data, wherever it is kept: on a disk, or in a browser. */
export interface DataFile {
  /** The path or name in the user's own words, for messages. */
  readonly where: string;
  /** The path below the named folder with `/` between parts; the file's own name when it was named itself. */
  readonly name: string;
  /** @throws LowbitError `file-missing` or `file-unreadable`. */
  open(): Promise<OpenFile>;
}

/** A file that can be read at any place until it is closed. */
export interface OpenFile {
  /** In bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `position` on, in memory of their own.
   *
   * @throws LowbitError `calibration-invalid` when the file ends before.
   */
  read(position: number, length: number): Promise<Uint8Array>;
  /** The same into memory that is there, where that spares any. */
  fill?(into: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that are read once, from front to back. */
export interface ByteSource {
  /** Exactly `length` bytes in memory of their own. @throws LowbitError when there are fewer. */
  read(length: number): Promise<Uint8Array>;
  /** Checks that nothing is left and that a checksum, where there is one, agrees. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** The bytes of a file from `start` on. */
export async function fileSource(file: DataFile, start: number): Promise<ByteSource> {
  const opened = await file.open();
  let position = start;
  return {
    read(length) {
      position += length;
      return opened.read(position - length, length);
    },
    async finish() {
      // The size of the file was compared with the header when it was opened.
    },
    close: () => opened.close(),
  };
}

/**
 * What `work` makes of an open file, which is closed afterwards.
 *
 * @throws LowbitError as `open` and `work`.
 */
export async function withFile<T>(file: DataFile, work: (opened: OpenFile) => Promise<T> | T): Promise<T> {
  const opened = await file.open();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** The error on a file that ends at `found` of the `length` bytes from `position` on. */
export function cutOff(where: string, position: number, length: number, found: number): Error {
  return invalid(where, {
    expected: `${length} bytes at byte ${position}`,
    received: `${found} bytes, then the end of the file`,
    remedy: 'The file is cut off; make or copy it again.',
  });
}
