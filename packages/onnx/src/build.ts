export type {
  BuilderOptions,
  BuiltModel,
  ModelBuilder,
  NodeOptions,
  StreamedModel,
  WeightOptions,
  WriteOptions,
} from './build/builder.js';
export type { ElementType } from './build/element-type.js';
export { modelBuilder } from './build/model-builder.js';
export type { ExternalFile } from './external/files.js';
export type { PlainAttribute as AttributeValue } from './interpreter/graph-builder.js';
export type { Optimize, RuntimeTarget } from './target/target.js';
