export { asOnnx, type AsOnnxOptions } from './as-onnx.js';
export { streamOnnx, toOnnx, type ToOnnxOptions } from './to-onnx.js';
