export { type Dtype, dtypes } from './dtypes.js';
export type { FolderWriter, ModelFolder } from './folder.js';
export type { GraphFilters } from './graph-filters.js';
export { type FolderOptions, type FolderResult, quantizeFolder } from './quantize-folder.js';
export type { GraphFile } from './open-graph.js';
export type { WrittenGraph } from './write-graph.js';
export type { FolderData, GraphInput } from './token-batches.js';
