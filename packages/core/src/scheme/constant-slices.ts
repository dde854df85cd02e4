import { constantStep } from './constant-step.js';
import type { Scheme } from './types.js';
import { integerZeroPoints } from './zero-point.js';

/**
 * The scheme with a step and a zero point for each constant slice, as all others have them, so that a slice without
 * spread does not cost the others theirs.
 */
export function withConstantSteps(scheme: Scheme): Scheme {
  if (scheme.kind !== 'affine' || scheme.offset === undefined || scheme.levels < 2) return scheme;
  const { levels, scale, offset } = scheme;
  const isConstant = (s: number) => scale[s] === 0 && offset[s] !== 0;
  if (!scale.some((_, s) => isConstant(s)) || integerZeroPoints(scheme) === undefined) return scheme;
  const stepped = { scale: scale.slice(), offset: offset.slice() };
  for (let s = 0; s < scale.length; s++) {
    if (!isConstant(s)) continue;
    const step = constantStep(offset[s] as number, levels);
    stepped.scale[s] = step.scale;
    stepped.offset[s] = -step.zeroPoint * step.scale;
  }
  return { kind: 'affine', levels, ...stepped };
}
