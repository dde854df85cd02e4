export { describeData } from './read-batches.js';
export { fileError } from './file-error.js';
export { readBatches, type DiskOptions } from './read-batches.js';
export { writeNpy } from './write-npy.js';
