import type { DataFile } from '../bytes/data-file.js';
import { zipArchive, type ZipArchive } from '../zip/archive.js';
import type { ZipEntry } from '../zip/entries.js';
import { checkDataBytes, type ArrayFile } from './array-file.js';
import { readNpyHeader } from './header.js';

/**
 * The arrays of an npz file by name, in the order of the archive. The names are used as keys alone.
 *
 * @throws LowbitError `calibration-invalid` for a damaged archive or array.
 */
export async function npzFile(file: DataFile): Promise<ReadonlyMap<string, ArrayFile>> {
  const archive = await zipArchive(file);
  const arrays = new Map<string, ArrayFile>();
  for (const entry of archive.entries) {
    if (!entry.name.endsWith('.npy')) continue;
    const name = entry.name.slice(0, -'.npy'.length);
    arrays.set(name, await arrayOf(archive, entry, `${file.where}: ${entry.name}`));
  }
  return arrays;
}

async function arrayOf(archive: ZipArchive, entry: ZipEntry, where: string): Promise<ArrayFile> {
  const source = await archive.open(entry);
  try {
    const header = await readNpyHeader(source, where);
    checkDataBytes(header, entry.bytes - header.headerBytes, where);
    return { where, header, open: () => openData(archive, entry, header.headerBytes) };
  } finally {
    await source.close();
  }
}

async function openData(archive: ZipArchive, entry: ZipEntry, headerBytes: number) {
  const source = await archive.open(entry);
  try {
    await source.read(headerBytes);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}
