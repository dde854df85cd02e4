export { type Dtype, dtypes } from './dtypes.js';
export type { FolderWriter, ModelFolder } from './folder.js';
export {
  type FolderOptions,
  type FolderResult,
  quantizeFolder,
  type WrittenGraph,
} from './quantize-folder.js';
