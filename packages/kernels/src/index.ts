export { type Capabilities, detectCapabilities, type Variant } from './capabilities.js';
export { createKernels, type Kernels, type KernelsOptions } from './create-kernels.js';
export type {
  CodeInputs,
  Conv2dLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  DynamicInputs,
  Epilogue,
  IntegerWeights,
  LayerInputs,
  Operation,
  Padding,
  SequenceLayer,
  SignInputs,
  StepInputs,
} from './layer/layer.js';
export type { RelaxedDot } from './wasm/probe-relaxed.js';
export type { BinaryKernel } from './wasm/wasm-engine.js';
