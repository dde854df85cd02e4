import { type BudgetReport, type CandidateChoice, frontier, type Measurements } from '@lowbit/core/policy';

/** A choice on the curve of size against loss, as charts show it. */
export interface CurvePoint {
  /** Of the whole model where it was written, otherwise of the weights. */
  readonly bytes: number;
  /** Sum of the effects of the weights alone; of their errors where nothing was run. */
  readonly predicted: number;
  /** Effect of all together, where it was measured. */
  readonly measured?: number;
  /** Of each measured weight, by depth; 32 for float. */
  readonly bits: readonly number[];
}

/** The curve of what can be had, smallest first. */
export interface Curve {
  readonly points: readonly CurvePoint[];
  /** Index of the one that was chosen; −1 where that is not known. */
  readonly chosen: number;
  /** Predicted and measured effects of all that was measured as a whole. */
  readonly pairs: readonly (readonly [predicted: number, measured: number])[];
  /** Layers of the measured weights, by depth. */
  readonly layers: readonly { readonly id: string; readonly layer: string }[];
}

/** The curve of what was measured for a budget. */
export function curveOf(measurements: Measurements, budget: BudgetReport | undefined): Curve {
  const { items } = measurements;
  const all = frontier(measurements);
  const isChosen = (choice: CandidateChoice) => budget !== undefined && isSame(choice, budget.choice);
  const best = all.filter(
    ({ choice, predicted }, i) =>
      isChosen(choice) || all.slice(0, i).every((smaller) => smaller.predicted > predicted),
  );
  const points = best.map(({ weightBytes, bytes = weightBytes, predicted, measured, choice }) => ({
    bytes,
    predicted,
    ...(measured === undefined ? {} : { measured }),
    bits: items.map((item) => bitsIn(item, choice)),
  }));
  const pairs = all.flatMap(({ predicted, measured }) =>
    measured === undefined ? [] : [[predicted, measured] as const],
  );
  const chosen = best.findIndex(({ choice }) => isChosen(choice));
  return { points, chosen, pairs, layers: items.map(({ ids, layer }) => ({ id: ids.join(', '), layer })) };
}

function bitsIn({ ids, candidates }: Measurements['items'][number], choice: CandidateChoice): number {
  const bits = candidates.find(({ candidate }) => candidate === choice[ids[0] ?? ''])?.bits ?? 'float';
  return bits === 'float' ? 32 : bits;
}

const isSame = (one: CandidateChoice, other: CandidateChoice): boolean =>
  Object.keys(other).every((id) => one[id] === other[id]);

/**
 * Spearman's correlation of ranks, −1 … 1; equal values share the mean of their ranks.
 *
 * @returns `undefined` for fewer than three pairs, and where one side is all the same.
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | undefined {
  if (pairs.length < 3) return undefined;
  const first = centred(pairs.map(([a]) => a));
  const second = centred(pairs.map(([, b]) => b));
  const dot = (one: readonly number[], other: readonly number[]) =>
    one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
  const scale = Math.sqrt(dot(first, first) * dot(second, second));
  return scale > 0 ? dot(first, second) / scale : undefined;
}

/** Ranks, around their mean. */
function centred(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = (values.length - 1) / 2;
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 - mean);
}
