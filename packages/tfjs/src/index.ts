export { registerQuantizedInput } from './activations/quantized-input-layer.js';
export { load, type LoadModelOptions } from './io/load-model.js';
export { save, type SaveOptions, type SaveReport, type SaveTarget } from './io/save-model.js';
export type { SavedWeight } from './io/store-model-weights.js';
export type { ModelSource } from './load/load-artifacts.js';
export { tfjs, type TfjsPort } from './tfjs.js';
export { planOf, type LowbitMetadata } from './model/plan-record.js';
export { tfjsOps } from './ops/tfjs-ops.js';
export { fakeQuantize } from './ops/fake-quantize.js';
