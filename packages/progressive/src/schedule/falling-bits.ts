import { roundHalfEven } from '@lowbit/core';
import { nearestWidth, snappedWidths } from '../assignment/widths.js';

/** How bits fall over the rounds of training. */
export interface Fall {
  readonly from: number;
  readonly rounds: number;
  readonly snap: boolean;
}

/**
 * The bits of a weight during a round: from `from` in the first to `to` in the last, in even steps, ties to even; when
 * snapped, only 8, 4, 2 and 1 on the way. A weight that ends with `from` bits or more has its own all the time.
 *
 * @param round 0 … rounds − 1
 * @param to bits in the last round
 */
export function bitsInRound(round: number, to: number, { from, rounds, snap }: Fall): number {
  if (to >= from || round >= rounds - 1) return to;
  const wanted = roundHalfEven(from - ((from - to) * round) / (rounds - 1));
  const snapped = snappedWidths.filter((bits) => bits > to && bits <= from);
  return snap ? nearestWidth(wanted, [to, ...snapped]) : wanted;
}
