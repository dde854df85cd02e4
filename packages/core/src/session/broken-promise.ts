import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { hasZeroPoints } from '../plugin/has-zero-points.js';
import type { Options } from '../contract/options.js';
import type { GridKind, Quantizer } from '../contract/quantizer.js';
import { levelValue } from '../scheme/decode.js';
import { evenLevels } from '../scheme/even-levels.js';
import { levelsOf, sliceParameters } from '../scheme/scheme.js';
import { middleOf } from '../scheme/constant-step.js';
import type { Scheme } from '../scheme/types.js';
import { integerZeroPoints } from '../scheme/zero-point.js';

/**
 * In words, that the quantizer has not kept the grid that it promises for the options of this entry, where the packed form of
 * the weight wants it; `undefined` where nothing is wrong.
 */
export function brokenPromise(
  { entry, quantizer, options, wants }: ResolvedEntry,
  scheme: Scheme,
): string | undefined {
  const kind = wants?.grid;
  if (kind === undefined || !promises(quantizer, options, kind) || keeps(scheme, kind)) return undefined;
  const chosen = Object.entries(quantizer.grids?.[kind] ?? {}).map(([key, value]) => `${key}=${value}`);
  const condition = chosen.length === 0 ? '' : ` with ${chosen.join(' and ')}`;
  return `${entry.quantizer.name} broke the promise of its grids: ${words[kind]}${condition}, which ${wants?.form} wants`;
}

const words: Readonly<Record<GridKind, string>> = {
  'zero-point': 'an integer zero point in every slice',
  symmetric: 'a symmetric grid',
  even: 'evenly spaced levels',
};

function promises(quantizer: Quantizer, options: Options, kind: GridKind): boolean {
  if (kind === 'zero-point') return hasZeroPoints({ quantizer, options });
  const needed = quantizer.grids?.[kind];
  return needed !== undefined && Object.entries(needed).every(([key, value]) => options[key] === value);
}

/** Constants near the largest float32 have no zero point with any method, and break no promise. */
function keeps(scheme: Scheme, kind: GridKind): boolean {
  if (kind === 'even') return isEven(scheme);
  if (scheme.kind !== 'affine') return false;
  const { levels, offset } = scheme;
  const zeroPoints = integerZeroPoints(scheme);
  if (zeroPoints !== undefined && kind === 'zero-point') return true;
  const middle = middleOf(levels);
  if (zeroPoints?.every((zeroPoint) => zeroPoint === middle)) return true;
  return scheme.scale.some((scale, slice) => scale === 0 && offset?.[slice] !== 0);
}

/** Whether levels are evenly spaced; of a codebook, those of the first slice. */
function isEven(scheme: Scheme): boolean {
  if (scheme.kind === 'affine') return true;
  const value = levelValue(sliceParameters(scheme, 0));
  return evenLevels(Float32Array.from({ length: levelsOf(scheme) }, (_, code) => value(code))) !== undefined;
}
