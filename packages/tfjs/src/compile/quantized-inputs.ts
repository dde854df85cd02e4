import { observedBy, type FittedSite } from '@lowbit/core/adapter';
import type { LayerInputs } from '@lowbit/kernels';

type Parameters = NonNullable<FittedSite['parameters']>;

/**
 * The inputs of the kernels that compute what a site of a model does, those of fewer bits first; or why there are none.
 *
 * @param axes Of the inputs of a layer that takes rows; `undefined` for one that takes pictures.
 */
export function inputsOf(site: FittedSite, axes: number | undefined): readonly LayerInputs[] | string {
  const { quantizer, options, bits, parameters } = site;
  if (quantizer.dynamic === 'signs') {
    const signs = signsOf(site, axes);
    return typeof signs === 'string' ? signs : [signs];
  }
  if (parameters === undefined) return 'its inputs are quantized by what they are at each call';
  if (observedBy(quantizer, options) !== 'values') return 'its inputs are quantized by samples or patches';
  const possible = [codesOf(parameters), stepsOf(parameters)].filter((inputs) => inputs !== undefined);
  if (possible.length > 0) return possible;
  return `its inputs are quantized to ${bits} bits on levels that the kernels lack`;
}

/** An even grid of at most 256 levels, of which 0 is one, as zeros around pictures are. */
function stepsOf(parameters: Parameters): LayerInputs | undefined {
  if (parameters.kind !== 'affine' || parameters.levels > 256) return undefined;
  const { scale: step, levels } = parameters;
  const offset = parameters.offset ?? (-step * (levels - 1)) / 2;
  const lowest = Math.round(offset / step);
  const isLevel = Math.abs(offset - lowest * step) <= 1e-6 * step * levels;
  const isWithin = lowest <= 0 && lowest + levels - 1 >= 0 && step >= 2 ** -100 && step <= 2 ** 100;
  return isLevel && isWithin ? { kind: 'steps', step, lowest, highest: lowest + levels - 1 } : undefined;
}

/** Signs with scales that are measured at each call. */
function signsOf({ quantizer, options, bits }: FittedSite, axes: number | undefined): LayerInputs | string {
  if (bits !== 1 && bits !== 2) return `its inputs are sums of ${bits} signs, more than 2`;
  const observed = observedBy(quantizer, options);
  if (observed === 'values') return 'its inputs share scales across a batch';
  if (observed === 'samples' && axes !== undefined && axes > 2)
    return 'its inputs share a scale across the rows of a sample';
  return { kind: 'signs', scale: 'mean', order: bits, scope: axes === undefined ? observed : 'samples' };
}

/** Inputs of the levels 0, s, 2s and 3s, with the thresholds between them. */
function codesOf(parameters: Parameters): LayerInputs | undefined {
  if (parameters.kind === 'codebook') {
    const { values, thresholds } = parameters;
    if (values.length !== 4 || parameters.scale !== undefined) return undefined;
    const step = values[3]! / 3;
    const isEven = values.every((value, code) => Math.abs(value - code * step) <= 1e-6 * step);
    const between = thresholds ?? values.slice(1).map((value, at) => (value + values[at]!) / 2);
    // A code is the number of thresholds below a value; the kernels count those that it reaches.
    return isEven && step > 0 ? codes(step, between.map(nextAbove)) : undefined;
  }
  if (parameters.kind !== 'affine' || parameters.levels !== 4 || parameters.offset !== 0) return undefined;
  const step = parameters.scale;
  // Ties go to the even code.
  return step > 0 ? codes(step, [nextAbove(0.5 * step), 1.5 * step, nextAbove(2.5 * step)]) : undefined;
}

function codes(scale: number, { 0: first, 1: second, 2: third }: ArrayLike<number>): LayerInputs {
  return { kind: 'codes', scale, thresholds: [first!, second!, third!] };
}

/** The smallest float32 above a finite one. */
function nextAbove(value: number): number {
  const floats = Float32Array.of(value);
  if (floats[0] === 0) return 2 ** -149;
  const bits = new Int32Array(floats.buffer);
  bits[0]! += floats[0]! > 0 ? 1 : -1;
  return floats[0]!;
}
