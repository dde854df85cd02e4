export { inspectModel, type Inspection } from './describe/inspect-model.js';
export { onnx, type OnnxOptions, type OnnxResult } from './port.js';
export type { ReadExternalData } from './read/external-files.js';
export type { OnnxModel } from './read/model.js';
export { readModel } from './read/read-model.js';
export { metadataKeys } from './rewrite/metadata.js';
export type { Optimize } from './target/target.js';
export type { ExternalFile } from './write/external-data.js';
export { writeModel } from './write/write-model.js';
