import { sliceLayout, type SliceLayout } from './slicing.js';
import type { AffineScheme, QuantizedTensor, Scheme, SliceParameters } from './types.js';

/** The values that the codes stand for, row-major, each step rounded to float32 as runtimes do. */
export function decode({ shape, slicing, scheme, codes }: QuantizedTensor): Float32Array {
  const layout = sliceLayout(shape, slicing);
  if (scheme.kind === 'affine') return decodeAffine(scheme, codes, layout);
  const values = new Float32Array(codes.length);
  const valueOf = valueOfCode(scheme);
  const { step, each } = layout.runs;
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) values[i] = valueOf(codes[i] as number, s);
  });
  return values;
}

function decodeAffine(
  { levels, scale, offset }: AffineScheme,
  codes: QuantizedTensor['codes'],
  { count, runs: { step, each } }: SliceLayout,
): Float32Array {
  const values = new Float32Array(codes.length);
  const middle = offset === undefined ? (levels - 1) / 2 : 0;
  const grids = { scale, offsets: offset ?? new Float32Array(count), middle };
  each((from, to, slice) => decodeRun(codes, from, to, grids, slice, step, values));
  return values;
}

function decodeRun(
  codes: QuantizedTensor['codes'],
  from: number,
  to: number,
  { scale, offsets, middle }: { scale: Float32Array; offsets: Float32Array; middle: number },
  slice: number,
  step: 0 | 1,
  values: Float32Array,
): void {
  for (let i = from, s = slice; i < to; i++, s += step) {
    values[i] = affineValue(scale[s] as number, (codes[i] as number) - middle, offsets[s] as number);
  }
}

const affineValue = (scale: number, code: number, offset: number): number =>
  Math.fround(Math.fround(scale * code) + offset);

function valueOfCode(scheme: Exclude<Scheme, AffineScheme>): (code: number, slice: number) => number {
  if (scheme.kind === 'residual') {
    const { scales, order } = scheme;
    return (code, slice) => residualValue(scales, slice * order, order, code);
  }
  const { values, levels } = scheme;
  return (code, slice) => values[slice * levels + code] as number;
}

/** The value of a code of one slice. */
export function levelValue(parameters: SliceParameters): (code: number) => number {
  if (parameters.kind === 'codebook') return (code) => parameters.values[code] as number;
  if (parameters.kind === 'residual') {
    const { scales } = parameters;
    return (code) => residualValue(scales, 0, scales.length, code);
  }
  const { scale, offset, levels } = parameters;
  if (offset === undefined) return (code) => affineValue(scale, code - (levels - 1) / 2, 0);
  return (code) => affineValue(scale, code, offset);
}

/** Σ ±scales[first + i] over the bits i of the code. */
function residualValue(scales: Float32Array, first: number, order: number, code: number): number {
  let value = 0;
  for (let i = 0; i < order; i++) {
    value = Math.fround(value + ((code >> i) & 1 ? 1 : -1) * (scales[first + i] as number));
  }
  return value;
}
