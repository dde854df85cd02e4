import { LowbitError } from '@lowbit/core/method';
import { type Unit, unitBits } from './units.js';

/**
 * Changes bits so that the weights fit a budget. While they are too large, the layers are lowered by one width each, the
 * deepest first, in as many rounds as it takes; what is then left raises the earliest layers as far as it goes. Bits that
 * never rise with depth still do not.
 *
 * @param bits by unit, each of `widths`
 * @param widths ascending
 * @param budget bits that a value may take on average
 * @throws LowbitError `invalid-argument` when the narrowest width everywhere is too large.
 */
export function fitBudget(
  units: readonly Unit[],
  bits: readonly number[],
  widths: readonly number[],
  budget: number,
): readonly number[] {
  const fitted = [...bits];
  const values = units.reduce((sum, { weights }) => weights.reduce((n, { count }) => n + count, sum), 0);
  const left = (): number =>
    budget * values - units.reduce((sum, unit, i) => sum + unitBits(unit, fitted[i] as number), 0);
  lower(fitted, widths, left);
  if (left() < 0) throw tooSmall(budget, budget - left() / values);
  raise(fitted, widths, left);
  return fitted;
}

function lower(bits: number[], widths: readonly number[], left: () => number): void {
  const narrowest = widths[0] as number;
  while (left() < 0 && bits.some((own) => own > narrowest)) {
    for (let i = bits.length - 1; i >= 0 && left() < 0; i--) {
      bits[i] = widths.findLast((width) => width < (bits[i] as number)) ?? narrowest;
    }
  }
}

/** Each layer, from the first, to the widest width that fits and that the layer before it has. */
function raise(bits: number[], widths: readonly number[], left: () => number): void {
  bits.forEach((own, i) => {
    const most = i === 0 ? Infinity : (bits[i - 1] as number);
    const wider = widths.filter((width) => width > own && width <= most);
    for (const width of wider) {
      const before = bits[i] as number;
      bits[i] = width;
      if (left() >= 0) continue;
      bits[i] = before;
      break;
    }
  });
}

function tooSmall(budget: number, needed: number): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: "policy 'progressive': budget",
    expected: `at least ${needed.toFixed(2)} bits a weight, the narrowest width everywhere`,
    received: String(budget),
    remedy: 'Raise the budget, or let `to` or `depthwise` be narrower.',
  });
}
