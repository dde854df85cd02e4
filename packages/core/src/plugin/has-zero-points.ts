import { checkHas } from '../errors/check-kinds.js';
import type { ChosenQuantizer } from './choose.js';

/**
 * Whether every slice gets a grid with an integer zero point, as the quantizer's `grids` say: with the options of such a grid,
 * or with those of a symmetric one, which has it too.
 */
export function hasZeroPoints(chosen: Pick<ChosenQuantizer, 'quantizer' | 'options'>): boolean {
  checkHas(chosen, ['quantizer', 'options'], 'hasZeroPoints(chosen)', 'what chooseQuantizer gives');
  const {
    quantizer: { grids },
    options,
  } = chosen;
  const needed = grids?.['zero-point'];
  if (needed === undefined) return false;
  return Object.entries(needed).every(
    ([key, value]) => options[key] === value || options[key] === grids?.symmetric?.[key],
  );
}
