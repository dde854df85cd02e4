import { sliceParameters } from './scheme.js';
import { sliceLayout } from './slicing.js';
import type { QuantizedTensor, SliceParameters } from './types.js';

/** The values that the codes stand for, row-major, each step rounded to float32 as runtimes do. */
export function decode(tensor: QuantizedTensor): Float32Array {
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const codes = layout.toSliceMajor(tensor.codes);
  const values = new Float32Array(codes.length);
  for (let s = 0; s < layout.count; s++) {
    decodeSlice(sliceParameters(tensor.scheme, s), codes, layout.start(s), layout.end(s), values);
  }
  return layout.fromSliceMajor(values);
}

/** Values of the codes `from` … `to` of one slice into `values`. */
export function decodeSlice(
  parameters: SliceParameters,
  codes: Uint8Array | Uint16Array,
  from: number,
  to: number,
  values: Float32Array,
): void {
  const valueOf = levelValue(parameters);
  for (let i = from; i < to; i++) values[i] = valueOf(codes[i] as number);
}

/** The value of a code of one slice. */
export function levelValue(parameters: SliceParameters): (code: number) => number {
  if (parameters.kind === 'codebook') return (code) => parameters.values[code] as number;
  if (parameters.kind === 'residual') return (code) => residualValue(parameters.scales, code);
  const { scale, offset, levels } = parameters;
  if (offset === undefined) return (code) => Math.fround(scale * (code - (levels - 1) / 2));
  return (code) => Math.fround(Math.fround(scale * code) + offset);
}

function residualValue(scales: Float32Array, code: number): number {
  let value = 0;
  for (let i = 0; i < scales.length; i++) {
    value = Math.fround(value + ((code >> i) & 1 ? 1 : -1) * (scales[i] as number));
  }
  return value;
}
