import type { BitAssignment, BitwidthPolicy } from '@lowbit/core/method';
import { allocateBits, type MeasuredWeight } from './allocate.js';
import { expectedLoss } from './loss.js';

export interface LossBudget {
  /** What was measured of each weight; weights that are not named keep the bits they have. */
  readonly weights: readonly MeasuredWeight[];
  /** Bits that a value of these weights may take on average. */
  readonly bitsPerWeight: number;
  /** The widths to choose from. Default 1 … 16; name those that your target stores. */
  readonly widths?: readonly number[];
}

/**
 * A policy that spends an average number of bits where μL2Q's relation of bits to loss says they save most:
 * weights with a large deviation first. See {@link allocateBits}. Weights that are to stay float are left
 * alone and their share of the budget is not spent.
 */
export function lossBudget({ weights, bitsPerWeight, widths }: LossBudget): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 2,
    name: 'loss-budget',
    summary: 'bits where the expected loss falls most per bit',
    paper: 'Gong et al., μL2Q, IJCNN 2019, doi:10.1109/IJCNN.2019.8851699',
    assign(draft) {
      const asked = new Set(draft.filter(({ bits }) => bits !== 'float').map(({ id }) => id));
      const measured = weights.filter(({ id }) => asked.has(id));
      const values = measured.reduce((sum, { count }) => sum + count, 0);
      const bits = allocateBits(measured, values * bitsPerWeight, widths);
      return draft.map((entry) => withBits(entry, bits.get(entry.id)));
    },
  };
}

function withBits(entry: BitAssignment, bits: number | undefined): BitAssignment {
  if (bits === undefined) return entry;
  const loss = expectedLoss(bits).toPrecision(2);
  return { ...entry, bits, reason: `loss budget: ${bits} bits, expected loss ${loss} of the variance` };
}
