import { LowbitError, type BitwidthPolicy, type OptionSchema, type Options } from '@lowbit/core/method';
import { assignUnits } from './assignment/assign-units.js';
import { decide, type Decision } from './assignment/decide.js';
import { fitBudget } from './assignment/fit-budget.js';
import { fitBytes } from './assignment/fit-bytes.js';
import { type Unit, unitsOf } from './assignment/units.js';
import { widthsOf } from './assignment/widths.js';
import { paper } from './paper.js';
import { separabilityMeasures, type SeparabilityMeasure } from './separability/separability.js';

/** Options of {@link progressive}. */
export interface ProgressiveOptions {
  /** Bits of the first layer, 1 … 16. Default 8. */
  readonly from?: number;
  /** Bits of the last layer, 1 … 16, at most `from`. Default 2. */
  readonly to?: number;
  /** How separability is measured. Default `trace-ratio`. */
  readonly measure?: SeparabilityMeasure;
  /** Bits that a weight may take on average over the weights that are quantized; 0 (default): no limit. */
  readonly budget?: number;
  /** Bytes of the written model at most, its data and all parameters counted; 0 (default): no limit. Not beside `budget`. */
  readonly bytes?: number;
  /** Only 8, 4, 2 and 1 bits. Default `false`. */
  readonly snap?: boolean;
  /** Least bits of depthwise convolutions. Default 4. */
  readonly depthwise?: number;
}

const options = {
  from: { type: 'number', default: 8, min: 1, max: 16, help: 'bits of the first layer' },
  to: { type: 'number', default: 2, min: 1, max: 16, help: 'bits of the last layer' },
  measure: {
    type: 'choice',
    default: 'trace-ratio',
    values: Object.keys(separabilityMeasures),
    help: 'how the separability of the classes is measured',
  },
  budget: { type: 'number', default: 0, min: 0, max: 16, help: 'average bits a weight at most; 0: no limit' },
  bytes: {
    type: 'number',
    default: 0,
    min: 0,
    max: 2 ** 40,
    help: 'bytes of the result at most; 0: no limit',
  },
  snap: { type: 'boolean', default: false, help: 'only 8, 4, 2 and 1 bits' },
  depthwise: { type: 'number', default: 4, min: 1, max: 16, help: 'least bits of depthwise convolutions' },
} satisfies OptionSchema;

/**
 * Gives early layers more bits than late ones, by how well the features of each layer separate the classes already.
 *
 *     bits_l = round(from − s_l · (from − to)),   s_l = (log J'_l − log J'_1) / (log J'_L − log J'_1),   J'_l = max_{i ≤ l} J_i
 *
 * with J_l the separability of layer l's output (averaged over space) on labelled samples; ties to even. Bits never rise
 * with depth. Layers that were not measured lie between their neighbours. Without features, or where J does not grow, three
 * stages of equal depth get `from`, √(from·to) and `to` bits, and the reasons say so.
 *
 * With a `budget`, layers are lowered from the deepest up until the weights fit, and what is left raises the earliest ones.
 * With `bytes`, the widths are those nearest to the wanted ones that still do not rise and with which the written file fits.
 * Depthwise convolutions get at least `depthwise` bits. Weights that are to stay float are left alone and are not counted.
 *
 * Assumes a network that was trained to tell the classes apart; wants 50 samples a class or more.
 *
 * Shape: one width for each layer; all weights of a layer get it. Any quantizer.
 *
 * Example: J = 0.1, 0.4, 0.3, 1.6 gives s = 0, ½, ½, 1 and, from 8 to 2, the bits 8, 5, 5, 2.
 *
 * Source: T. Chu, Q. Luo, J. Yang, X. Huang, "Mixed-precision quantized neural networks with progressively decreasing
 * bitwidth", Pattern Recognition 111 (2021) 107647, doi:10.1016/j.patcog.2020.107647, arXiv:1912.12656.
 *
 * Deviations: the paper's formula of separability and its rule were not available to us. That widths fall with depth, by a
 * measured separability of the features, is the paper's; measures, scale, rounding, budget and stages are ours.
 *
 * @throws LowbitError from `assign`: `unsupported-option`, `invalid-argument` and `budget-infeasible` for a budget that cannot be met, `non-finite`
 *   and `calibration-invalid` for features that cannot be measured.
 */
export function progressive(settings: ProgressiveOptions = {}): BitwidthPolicy {
  if (settings.bytes !== undefined) checkBytes(settings.bytes, settings.budget);
  return {
    kind: 'policy',
    api: 2,
    name: 'progressive',
    summary: 'bits that fall with depth, as the features separate the classes',
    paper,
    options,
    configured: { ...settings },
    needs: 'features',
    budget(given) {
      const { bytes, ...range } = checked(given);
      if (bytes === 0) return undefined;
      const widths = widthsOf(range, "policy 'progressive'");
      const all = [...new Set([...widths, range.depthwise])];
      return { bytes, candidates: all.map((bits) => ({ bits })), effects: false, decreasing: true };
    },
    assign(draft, layers, { options: given, features, measurements, decided = new Set(), smallest = false }) {
      const { measure, budget, bytes, depthwise, ...range } = checked(given);
      const widths = widthsOf(range, "policy 'progressive'");
      const open = draft.filter(({ id }) => !decided.has(id));
      const units = unitsOf(open, layers, depthwise);
      const decisions = decide(units, range, widths, measure, features);
      if (bytes > 0 && measurements !== undefined) {
        const wanted = decisions.map(({ bits }) => bits);
        const fitted = fitBytes(units, wanted, widths, { bytes, measurements, draft, smallest });
        return assignUnits(draft, units, changed(decisions, fitted, 'the limit of bytes'));
      }
      if (budget === 0) return assignUnits(draft, units, decisions);
      return assignUnits(draft, units, withinBudget(units, decisions, widths, budget));
    },
  };
}

function checkBytes(bytes: number, budget = 0): void {
  if (bytes > 0 && budget === 0) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: "policy 'progressive': bytes",
    expected: 'a number above 0, and no budget beside it',
    received: budget === 0 ? String(bytes) : `${bytes} bytes, and a budget of ${budget} bits a weight`,
  });
}

function checked(given: Options): Required<ProgressiveOptions> {
  const chosen = {
    from: given['from'] as number,
    to: given['to'] as number,
    measure: given['measure'] as SeparabilityMeasure,
    budget: given['budget'] as number,
    bytes: given['bytes'] as number,
    snap: given['snap'] as boolean,
    depthwise: given['depthwise'] as number,
  };
  if (chosen.bytes > 0) checkBytes(chosen.bytes, chosen.budget);
  if (Number.isInteger(chosen.depthwise)) return chosen;
  throw new LowbitError({
    code: 'unsupported-option',
    where: "policy 'progressive': option 'depthwise'",
    expected: 'an integer',
    received: String(chosen.depthwise),
  });
}

function withinBudget(
  units: readonly Unit[],
  decisions: readonly Decision[],
  widths: readonly number[],
  budget: number,
): readonly Decision[] {
  const wanted = decisions.map(({ bits }) => bits);
  const fitted = fitBudget(units, wanted, widths, budget);
  return changed(decisions, fitted, `the budget of ${budget} bits a weight`);
}

function changed(decisions: readonly Decision[], fitted: readonly number[], by: string): readonly Decision[] {
  return decisions.map((decision, i) => {
    const bits = fitted[i] as number;
    if (bits === decision.bits) return decision;
    const change = bits < decision.bits ? 'lowered' : 'raised';
    return { bits, reason: `${decision.reason}; ${change} to ${bits} by ${by}` };
  });
}
