import { checkScheme } from './check-scheme.js';
import { checkTensor } from './check-tensor.js';
import { codebookValues } from './codebook-values.js';
import { gridLoader, gridsOf, type Grids } from './grids.js';
import { expansions } from '../kernels/expansions.js';
import { eachBlock, type SliceRuns, type VisitBlock } from './slice-runs.js';
import { sliceLayout } from './slicing.js';
import type { QuantizedTensor, Scheme, SliceParameters } from './types.js';

/** The values that the codes stand for, row-major, each step rounded to float32 as runtimes do. */
export function decode(tensor: QuantizedTensor): Float32Array {
  checkTensor(tensor, 'decode(tensor)');
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const values = new Float32Array(tensor.codes.length);
  const decodeRun = runDecoder(tensor, layout.runs, values);
  eachBlock(layout.runs, vectorDecoder(tensor, layout.runs, values), (from, to, slice) =>
    decodeRun(from, to, slice, from),
  );
  return values;
}

/** Decodes blocks in WebAssembly, which gives the same values. */
function vectorDecoder(
  { scheme, codes }: QuantizedTensor,
  { step }: SliceRuns,
  values: Float32Array,
): VisitBlock | undefined {
  const vector = expansions();
  if (vector === undefined || scheme.kind !== 'affine' || !(codes instanceof Uint8Array)) return undefined;
  const grids = gridsOf(scheme);
  const load = gridLoader(vector, grids);
  return (from, rows, width, slice) => {
    const count = rows * width;
    vector.codes.set(codes.subarray(from, from + count));
    load(slice, step === 1 ? width : rows);
    vector.loops.even(0, rows, width, step === 1, grids.middle);
    values.set(vector.values.subarray(0, count), from);
  };
}

/** Decodes the codes `from` … `to` of a run that begins in `slice`; their values are put `at` a place and behind it. */
export type DecodeRun = (from: number, to: number, slice: number, at: number) => void;

/** How runs of the tensor, which its layout gives, are decoded into `values`. */
export function runDecoder(
  { scheme, codes }: QuantizedTensor,
  { step }: SliceRuns,
  values: Float32Array,
): DecodeRun {
  if (scheme.kind === 'affine') {
    const decoding = { ...gridsOf(scheme), step, codes, values };
    return (from, to, slice, at) => decodeAffine(decoding, from, to, slice, at);
  }
  const valueOf = valueOfCode(scheme);
  return (from, to, slice, at) => {
    for (let i = from, s = slice, k = at; i < to; i++, s += step, k++)
      values[k] = valueOf(codes[i] as number, s);
  };
}

interface Decoding extends Grids, Pick<SliceRuns, 'step'> {
  readonly codes: QuantizedTensor['codes'];
  readonly values: Float32Array;
}

function decodeAffine(
  { scale, offsets, middle, step, codes, values }: Decoding,
  from: number,
  to: number,
  slice: number,
  at: number,
): void {
  for (let i = from, s = slice, k = at; i < to; i++, s += step, k++) {
    values[k] = affineValue(scale[s] as number, (codes[i] as number) - middle, offsets[s] as number);
  }
}

const affineValue = (scale: number, code: number, offset: number): number =>
  Math.fround(Math.fround(scale * code) + offset);

/** The value of a code of any slice. */
export function valueOfCode(scheme: Scheme): (code: number, slice: number) => number {
  if (scheme.kind === 'affine') {
    const { scale, offsets, middle } = gridsOf(scheme);
    return (code, slice) => affineValue(scale[slice] as number, code - middle, offsets[slice] as number);
  }
  if (scheme.kind === 'residual') {
    const { scales, order } = scheme;
    return (code, slice) => residualValue(scales, slice * order, order, code);
  }
  const { values, levels, scale } = scheme;
  if (scale !== undefined)
    // The sum makes 0 of −0, where a slice has the scale 0.
    return (code, slice) => Math.fround((scale[slice] as number) * (values[code] as number)) + 0;
  return (code, slice) => values[slice * levels + code] as number;
}

/** The value of a code of one slice. */
export function levelValue(parameters: SliceParameters): (code: number) => number {
  checkScheme(parameters, 'levelValue(parameters)');
  if (parameters.kind === 'codebook') {
    const values = codebookValues(parameters);
    return (code) => values[code] as number;
  }
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
