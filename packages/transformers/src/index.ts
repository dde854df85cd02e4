export { type Dtype, dtypes } from './dtypes.js';
export type { FolderWriter, ModelFolder } from './folder.js';
export { type FolderOptions, type FolderResult, quantizeFolder } from './quantize-folder.js';
export type { GraphFile, WrittenGraph } from './write-graph.js';
