import { LowbitError } from '../errors/error.js';
import { codebookValues } from './codebook-values.js';
import type { AffineScheme, SliceParameters } from './types.js';

/** Checks what a plugin fitted to one slice. @throws LowbitError `plugin-failed`. */
export function checkParameters(parameters: SliceParameters, bits: number, where: string): SliceParameters {
  checkThat(isFinite(parameters), levelCount(parameters), bits, where);
  return parameters;
}

/** Checks the grids that a plugin fitted to `count` slices. @throws LowbitError `plugin-failed`. */
export function checkGrids(grids: AffineScheme, count: number, bits: number, where: string): AffineScheme {
  const { scale, offset = scale, levels } = grids;
  const complete = scale.length === count && offset.length === count;
  checkThat(complete && allFinite(scale) && allFinite(offset), levels, bits, where);
  return grids;
}

function checkThat(finite: boolean, levels: number, bits: number, where: string): void {
  // A shift, as a power takes longer than all the rest, which counts where slices are short.
  if (finite && levels <= 1 << bits) return;
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `finite parameters with at most ${2 ** bits} levels`,
    received: finite ? `${levels} levels` : 'a parameter that is missing, NaN or infinite',
    remedy: "Report this to the quantizer's author.",
  });
}

function isFinite(parameters: SliceParameters): boolean {
  if (parameters.kind === 'affine') {
    const { scale, offset = 0 } = parameters;
    return Number.isFinite(Math.fround(scale)) && Number.isFinite(Math.fround(offset));
  }
  if (parameters.kind === 'residual') return allFinite(parameters.scales);
  const { thresholds } = parameters;
  return allFinite(codebookValues(parameters)) && (thresholds === undefined || allFinite(thresholds));
}

/** 0 · x is 0 for every finite x and NaN for all others. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  return sum === 0;
}

function levelCount(parameters: SliceParameters): number {
  if (parameters.kind === 'affine') return parameters.levels;
  return parameters.kind === 'residual' ? 2 ** parameters.scales.length : parameters.values.length;
}
