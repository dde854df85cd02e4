/** Why a layer is computed in floats although integers would be faster; the report shows these as they are. */
export const biasTooLarge =
  'computed in floats: its bias does not fit into 32 bits at the scale of its weights';
export const outputNotQuantized = (why: string) =>
  `computed in floats: its result cannot be quantized, since ${why}`;
export const noGpuKernels =
  'computed in floats: the WebGPU provider has no kernels for quantized activations';
/** Why a layer is not in the form `qdq` that was asked for. */
export const measuredRange =
  'written as operators instead of qdq: ranges that are measured on each run have no QuantizeLinear with a fixed scale';
export const notFused =
  'written as operators instead of qdq: runtimes fuse quantized values to products and convolutions of float32 alone';
/** Why a whole network is computed in floats. */
export const networkReason = (timesAsFast: number) =>
  `computed in floats: the whole network would be ${timesAsFast.toFixed(1)} times as fast in integers, as far as can be told`;
