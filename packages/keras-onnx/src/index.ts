export { asOnnx, type AsOnnxOptions } from './as-onnx.js';
export { toOnnx, type ToOnnxOptions } from './to-onnx.js';
