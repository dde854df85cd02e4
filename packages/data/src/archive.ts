/** For packages that read files of models: archives and arrays under the guards of calibration data. */
export { blobFile, bytesBlob, type DataBlob } from './bytes/blob-file.js';
export type { ByteSource, DataFile } from './bytes/data-file.js';
export type { EntrySource } from './zip/entry-source.js';
export { zipArchive, type ZipArchive } from './zip/archive.js';
export type { ZipEntry } from './zip/entries.js';
