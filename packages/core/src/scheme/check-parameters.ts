import { LowbitError } from '../errors/error.js';
import type { AffineScheme, SliceParameters } from './types.js';

/** What is wrong with numbers, in words: what is expected, and what was received. */
type Defect = readonly [expected: string, received: string];

/**
 * Checks the numbers that a plugin fitted to one slice: finite, scales of 0 or more, values and thresholds in ascending order, as
 * many thresholds as they need, and no more levels than the bits hold.
 *
 * @throws LowbitError `plugin-failed`.
 */
export function checkParameters(parameters: SliceParameters, bits: number, where: string): SliceParameters {
  const defect = defectOf(parameters) ?? tooManyLevels(levelCount(parameters), bits);
  if (defect !== undefined) throw refused(defect, where);
  return parameters;
}

/** Checks the grids that a plugin fitted to `count` slices. @throws LowbitError `plugin-failed`. */
export function checkGrids(grids: AffineScheme, count: number, bits: number, where: string): AffineScheme {
  const { scale, offset = scale, levels } = grids;
  const defect =
    (scale.length === count && offset.length === count ? undefined : wrongCount(count, scale, offset)) ??
    defectOfScales(scale) ??
    (allFinite(offset) ? undefined : notFinite) ??
    tooManyLevels(levels, bits);
  if (defect !== undefined) throw refused(defect, where);
  return grids;
}

function defectOf(parameters: SliceParameters): Defect | undefined {
  switch (parameters.kind) {
    case 'affine':
      return defectOfScale(parameters.scale) ?? defectOfNumber(parameters.offset ?? 0);
    case 'residual':
      return defectOfScales(parameters.scales);
    case 'codebook':
      return defectOfCodebook(parameters);
  }
}

function defectOfCodebook({
  values,
  thresholds,
  scale = 1,
}: Extract<SliceParameters, { kind: 'codebook' }>): Defect | undefined {
  const wanted = values.length - 1;
  return (
    defectOfScale(scale) ??
    defectOfNumber((values[0] as number) * scale) ??
    defectOfNumber((values[wanted] as number) * scale) ??
    defectOfOrder(values, 'values') ??
    (thresholds === undefined || thresholds.length === wanted
      ? undefined
      : [`${wanted} thresholds, one between neighbouring values`, String(thresholds.length)]) ??
    (thresholds && defectOfOrder(thresholds, 'thresholds'))
  );
}

function defectOfOrder(numbers: Float32Array, what: string): Defect | undefined {
  if (!allFinite(numbers)) return notFinite;
  for (let i = 1; i < numbers.length; i++)
    if ((numbers[i] as number) < (numbers[i - 1] as number))
      return [`${what} in ascending order`, `${numbers[i]} after ${numbers[i - 1]}`];
  return undefined;
}

function defectOfScales(scales: Float32Array): Defect | undefined {
  if (!allFinite(scales)) return notFinite;
  for (let i = 0; i < scales.length; i++)
    if ((scales[i] as number) < 0) return defectOfScale(scales[i] as number);
  return undefined;
}

function defectOfScale(scale: number): Defect | undefined {
  return defectOfNumber(scale) ?? (scale < 0 ? ['a scale of 0 or more', String(scale)] : undefined);
}

/** As float32, in which it is stored. */
const defectOfNumber = (value: number): Defect | undefined =>
  Number.isFinite(Math.fround(value)) ? undefined : notFinite;

const notFinite: Defect = [
  'finite parameters that float32 holds',
  'a parameter that is missing, NaN or infinite',
];

// A shift, as a power takes longer than all the rest, which counts where slices are short.
const tooManyLevels = (levels: number, bits: number): Defect | undefined =>
  levels <= 1 << bits ? undefined : [`at most ${2 ** bits} levels, at ${bits} bits`, `${levels} levels`];

const wrongCount = (count: number, scale: Float32Array, offset: Float32Array): Defect => [
  `scales and offsets of ${count} slices`,
  `${scale.length} and ${offset.length}`,
];

function refused([expected, received]: Defect, where: string): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where,
    expected,
    received,
    remedy: "Report this to the quantizer's author.",
  });
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
