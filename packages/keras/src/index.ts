export type { StoredType } from './hdf5/contents.js';
export type { CustomLayer, CustomLayerHook, LayerHooks, StoredWeight } from './hooks.js';
export { inspectKeras, type InspectedLayer, type KerasInspection } from './inspect-keras.js';
export type * from './model.js';
export { readKeras, type KerasOptions } from './read-keras.js';
export type { KerasFile } from './source/file.js';
export type { KerasParts, KerasSource } from './source/source.js';
export { tfjsArtifacts, type TfjsArtifacts } from './tfjs/tfjs-artifacts.js';
export type { TfjsFiles } from './source/tfjs-files.js';
