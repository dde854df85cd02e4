import { decode, type QuantizedTensor, type Scheme } from '@lowbit/core';
import type { IntegerWeights } from '@lowbit/kernels';

/** What the kernels have for the weights of a layer. */
export interface WeightForm {
  /** Which axes together are the output channels. */
  readonly outputAxes: readonly number[];
  /** Bits of a weight at least: 1 where inputs have 1 or 2 bits, and then no others will do but −1, 0 and 1 where it `takesThree`; signs have 1 also with 4. */
  readonly narrowest: 1 | 4 | 8;
  /** Whether −1, 0 and 1 will do too where inputs are signs. */
  readonly takesThree?: boolean;
}

type Integers = Omit<IntegerWeights, 'shape'>;
type Codes = QuantizedTensor['codes'];

/** Integers of a quantized kernel, or why there are none. */
export function integerWeights(
  tensor: QuantizedTensor,
  values: Float32Array,
  { outputAxes, narrowest, takesThree = false }: WeightForm,
): IntegerWeights | string {
  const { shape, bits, codes, scheme, slicing } = tensor;
  if (bits > 8) return `its weights have ${bits} bits, more than 8`;
  const isOf = (axes: readonly number[]) => `${axes.filter((axis) => shape[axis] !== 1)}`;
  const isByOutput = slicing !== 'tensor' && 'axes' in slicing && isOf(slicing.axes) === isOf(outputAxes);
  if (slicing !== 'tensor' && !isByOutput)
    return 'its grids are not one for each output channel or for the whole weight';
  if (decode(tensor).some((value, at) => value !== values[at]))
    return 'its weights were changed since they were quantized';
  const integers =
    ofThreeLevels(scheme, codes, narrowest, takesThree) ?? integersOf(scheme, codes, bits, narrowest);
  return typeof integers === 'string' ? integers : { shape, ...integers };
}

/** Weights of −1, 0 and 1; `undefined` of others, and where they will not do. */
function ofThreeLevels(
  scheme: Scheme,
  codes: Codes,
  narrowest: WeightForm['narrowest'],
  takesThree: boolean,
): Integers | undefined {
  const scales = threeScales(scheme);
  if (scales === undefined || (narrowest === 1 && !takesThree)) return undefined;
  const bits = narrowest === 1 ? 2 : narrowest;
  return { values: Int8Array.from(codes, (code) => code - 1), bits, scales };
}

function integersOf(
  scheme: Scheme,
  codes: Codes,
  bits: number,
  narrowest: WeightForm['narrowest'],
): Integers | string {
  const signs = signScales(scheme);
  if (narrowest === 1) {
    if (signs === undefined) return 'its inputs have 1 or 2 bits, but its weights are not signs';
    return { values: Int8Array.from(codes, (code) => 2 * code - 1), bits: 1, scales: signs };
  }
  const width = bits <= narrowest ? narrowest : 8;
  if (signs) {
    const values = Int8Array.from(codes, (code) => 2 * code - 1);
    return narrowest === 4 ? { values, bits: 1, scales: signs } : { values, bits: width, scales: signs };
  }
  if (scheme.kind === 'affine') return ofGrid(scheme, codes, width);
  if (scheme.kind === 'codebook') return ofCodebook(scheme, codes, width);
  return 'its weights are sums of signs of several scales';
}

/** The scales of weights that are −1, 0 and 1 times one; `undefined` of others. */
function threeScales(scheme: Scheme): Float32Array | undefined {
  if (scheme.kind === 'affine') {
    const { levels, scale, offset } = scheme;
    const isCentred = offset === undefined || scale.every((step, slice) => offset[slice] === -step);
    return levels === 3 && isCentred ? scale : undefined;
  }
  if (scheme.kind !== 'codebook' || scheme.levels !== 3) return undefined;
  const { values, scale } = scheme;
  const largest = values.filter((_, at) => at % 3 === 2);
  const isCentred = largest.every(
    (value, slice) => values[3 * slice] === -value && values[3 * slice + 1] === 0,
  );
  if (!isCentred || values.length % 3 !== 0) return undefined;
  return scale ? scale.map((of) => of * largest[0]!) : largest;
}

/** The scales of weights that are signs; `undefined` of others. */
function signScales(scheme: Scheme): Float32Array | undefined {
  if (scheme.kind === 'residual' && scheme.order === 1) return scheme.scales;
  const isGrid = scheme.kind === 'affine' && scheme.levels === 2 && scheme.offset === undefined;
  return isGrid ? scheme.scale.map((step) => step / 2) : undefined;
}

function ofGrid(scheme: Extract<Scheme, { kind: 'affine' }>, codes: Codes, bits: 4 | 8): Integers {
  const { scale, levels } = scheme;
  // value = scale · code + offset, where a symmetric grid has its offset half of the levels below 0.
  const offset = scheme.offset ?? scale.map((step) => (-step * (levels - 1)) / 2);
  const { factor, start, isShifted } = stepsOf(levels, scale, offset, bits);
  return {
    values: Int8Array.from(codes, (code) => code * factor - start),
    bits,
    scales: scale.map((step) => step / factor),
    shifts: scale.map((step, slice) => (isShifted ? offset[slice]! + step * start : 0)),
  };
}

/** Which integers codes become: code · factor − start. Where it can be, 0 stands for 0, which saves the shift. */
function stepsOf(levels: number, scale: Float32Array, offset: Float32Array, width: 4 | 8) {
  const middle = 2 ** (width - 1);
  for (const factor of [1, 2]) {
    const starts = scale.map((step, slice) => Math.round((-offset[slice]! / step) * factor));
    const start = starts[0] ?? 0;
    const isNone = scale.every((step, slice) => offset[slice] === Math.fround((-step / factor) * start));
    const fits = start <= middle && (levels - 1) * factor - start < middle;
    if (isNone && fits) return { factor, start, isShifted: false };
  }
  return { factor: 1, start: middle, isShifted: true };
}

/** Levels as 127ths of the largest of them, which is how inputs are quantized too. */
function ofCodebook(
  { values, scale, levels }: Extract<Scheme, { kind: 'codebook' }>,
  codes: Codes,
  bits: 4 | 8,
): Integers | string {
  if (values.length > levels) return 'each output channel has a codebook of its own';
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = largest === 0 ? 1 : largest / 127;
  const integers = Int8Array.from(values, (value) => Math.round(value / step));
  const own = { bits, scales: scale?.map((of) => of * step) ?? [step], shifts: [0] };
  if (bits === 8) return { ...own, values: Int8Array.from(codes, (code) => integers[code]!) };
  const sixteen = Int8Array.from({ length: 16 }, (_, code) => integers[code] ?? 0);
  return { ...own, values: Int8Array.from(codes, (code) => code - 8), levels: sixteen };
}
