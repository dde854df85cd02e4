export { tfjs } from './tfjs.js';
export { planOf, type LowbitMetadata } from './model/plan-record.js';
export { tfjsOps } from './ops/tfjs-ops.js';
export { fakeQuantize } from './ops/fake-quantize.js';
