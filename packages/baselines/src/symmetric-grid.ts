import { type OptionDescription, type Options, toFloat32, toScale } from '@lowbit/core/method';
import { aroundZero, type Affine } from './even-grid.js';

/**
 * How many levels a symmetric grid has. `full`: all 2^bits, the extra one on the side that reaches farther. `odd`: as many on
 * both sides, 2^bits − 1, so that all slices have one zero point.
 */
export type SymmetricLevels = 'full' | 'odd';

export const levelsOption: OptionDescription = {
  type: 'choice',
  default: 'full',
  values: ['full', 'odd'],
  help: 'of a symmetric grid. full: all 2^bits, the farther side gets the extra one; odd: one code unused, one zero point for all',
};

/** The symmetric grid over a range of values, with as many levels as the option `levels` says. */
export function symmetricGrid(bits: number, min: number, max: number, given: Options): Affine {
  return cutGrid(bits, min, max, Math.max(-min, max, 0), given);
}

/** The same over a range that is cut to `reach` on both sides; the side that reached farther before has the extra level. */
export function cutGrid(bits: number, min: number, max: number, reach: number, { levels }: Options): Affine {
  if (levels === 'odd') return aroundZero(bits, reach);
  const cut = (size: number) => Math.min(Math.max(size, 0), reach);
  return fullGrid(bits, cut(-min), cut(max), -min >= max);
}

/**
 * The grid of 2^bits levels around 0, one more of them on one side. The step is the smallest with which the longer side ends at
 * its last level and no value of the other one lies farther than half a step beyond its own.
 *
 * @param below How far values reach below 0; `above`: above it.
 * @param isLonger Whether the side below 0 has the extra level.
 */
function fullGrid(bits: number, below: number, above: number, isLonger: boolean): Affine {
  const half = 2 ** (bits - 1);
  const [long, short] = isLonger ? [below, above] : [above, below];
  const scale = toScale(Math.max(long / half, short / (half - 0.5)));
  const zeroPoint = isLonger ? half : half - 1;
  return { kind: 'affine', levels: 2 * half, scale, offset: toFloat32(-zeroPoint * scale) };
}
