import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { attributesOf, type WasmBackend } from '../wasm-kernels/wasm-backend.js';

/**
 * Adds rows into segments: `output[s] = Σ x[i]` over the rows with `segmentIds[i] = s`; ids out of range count nowhere. It is the
 * gradient of gather, and so of embeddings.
 */
export const unsortedSegmentSum: KernelConfig = {
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }) {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
    const { numSegments } = attributesOf<{ numSegments: number }>(attrs);
    const wasm = backend as WasmBackend;
    const output = wasm.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], 'float32');
    const [sums, values, ids] = [output, x, segmentIds].map((tensor) => wasm.typedArrayFromHeap(tensor)) as [
      Float32Array,
      Float32Array,
      Int32Array,
    ];
    const length = ids.length === 0 ? 0 : values.length / ids.length;
    sums.fill(0);
    for (let row = 0; row < ids.length; row++) {
      const segment = ids[row] as number;
      if (segment < 0 || segment >= numSegments) continue;
      for (let i = 0; i < length; i++) {
        const at = segment * length + i;
        sums[at] = (sums[at] as number) + (values[row * length + i] as number);
      }
    }
    return output;
  },
};
