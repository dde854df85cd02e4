import { fileSource, withFile, type DataFile, type ByteSource } from '../bytes/data-file.js';
import { invalid } from '../problems.js';
import { readNpyHeader, type NpyHeader } from './header.js';

/** An array in a file, of which only the header was read yet. */
export interface ArrayFile {
  readonly where: string;
  readonly header: NpyHeader;
  /** The data, without the header. */
  open(): Promise<ByteSource>;
}

/**
 * The array in an npy file.
 *
 * @throws LowbitError `calibration-invalid` when the file's size is not what the header says.
 */
export async function npyFile(file: DataFile): Promise<ArrayFile> {
  const size = await withFile(file, (opened) => opened.size);
  const source = await fileSource(file, 0);
  try {
    const header = await readNpyHeader(source, file.where);
    checkDataBytes(header, size - header.headerBytes, file.where);
    return { where: file.where, header, open: () => fileSource(file, header.headerBytes) };
  } finally {
    await source.close();
  }
}

/** Compares the bytes that are there with those that the header speaks of. */
export function checkDataBytes(header: NpyHeader, present: number, where: string): void {
  if (present === header.dataBytes) return;
  const shape = `the shape (${header.shape.join(', ')})`;
  throw invalid(where, {
    expected: `${header.dataBytes} bytes of data for ${shape}`,
    received: `${present} bytes`,
    remedy: 'Save the array again.',
  });
}
