export { type Capabilities, detectCapabilities, type Variant } from './capabilities.js';
export { createKernels, type Kernels, type KernelsOptions } from './create-kernels.js';
export type { Conv2dLayer, DenseLayer, Epilogue, IntegerWeights, Operation } from './layer/layer.js';
export type { RelaxedDot } from './wasm/probe-relaxed.js';
