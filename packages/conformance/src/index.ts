export { forwardLaws, type ForwardLawOptions } from './forward/forward-laws.js';
export type { Law } from './law.js';
export { opsLaws, type OpsLawOptions } from './ops/ops-laws.js';
export type { TensorValue, ToArray } from './ops/tensor-value.js';
export { policyLaws, type PolicyLawOptions } from './policy/policy-laws.js';
export type { PortLawOptions } from './port/options.js';
export { portLaws } from './port/port-laws.js';
export type { Equivariance, QuantizerLawOptions } from './quantizer/options.js';
export { quantizerLaws } from './quantizer/quantizer-laws.js';
