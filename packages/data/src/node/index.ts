export { findData, type FoundData } from './find-data.js';
export { describeData } from './read-batches.js';
export { checkRegular, fileError } from './file-error.js';
export { type FillingReader, type PartReader, partReader } from './part-reader.js';
export { readBatches, type DiskOptions } from './read-batches.js';
export { writeNpy } from './write-npy.js';
