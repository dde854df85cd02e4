import { dot, type Rounder } from '@lowbit/core/method';
import { byActivity, dampedFactor, inTurn, type Factor } from './factor.js';
import { eachBlock, type Ranks, type RoundingProblem } from './problem.js';
import { damping, gramRounder } from './rounder.js';

/** Options of {@link gptq}. */
export interface GptqOptions {
  /** Added to the squares of all inputs, as a share of their mean. Default 0.01. */
  readonly damping?: number;
  /** Whether the inputs with the largest squares are decided on first, where a channel has 64 or more. Default true. */
  readonly actOrder?: boolean;
}

/**
 * Second-order rounding: see {@link gptqRanks}.
 *
 * @example
 * quantize(onnx(bytes, { ort }), { weights: minMax(), bits: 4, rounding: gptq(), data });
 */
export function gptq(options: GptqOptions = {}): Rounder {
  return gramRounder({
    name: 'gptq',
    summary: 'one input after the other, each making up for the errors of those before',
    paper:
      'E. Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, ICLR 2023, arXiv:2210.17323',
    options: {
      damping,
      actOrder: {
        type: 'boolean',
        default: true,
        help: 'whether the largest inputs come first, where a channel has 64 or more',
      },
    },
    configured: { ...options },
    ranks: (problem, { options: { damping, actOrder } }) =>
      gptqRanks(problem, factorOf(problem, Number(damping), actOrder === true)),
  });
}

/** Fewest inputs of a channel for which the order of their activity is taken: among few, it costs more than it gains. */
const fewestForOrder = 64;

/** The factor of H in the order of the inputs, or by their activity where that is wanted and there are enough of them. */
export function factorOf({ gram, inputs }: RoundingProblem, damping: number, actOrder: boolean): Factor {
  const order = actOrder && inputs >= fewestForOrder ? byActivity(gram, inputs) : inTurn(inputs);
  return dampedFactor(gram, inputs, order, damping);
}

/**
 * Rounds one input after the other, each to the level nearest to what makes up best for the errors made so far: with Rᵀ R = H and
 * d = q − w, the error of a channel is Σᵢ (Σⱼ≥ᵢ Rᵢⱼ dⱼ)², so that from the last row upwards
 *
 *   qᵢ = the level nearest to wᵢ − Σⱼ>ᵢ Rᵢⱼ dⱼ / Rᵢᵢ
 *
 * which is what GPTQ (E. Frantar et al., ICLR 2023, arXiv:2210.17323, algorithm 1) chooses by keeping the weights that are left
 * adjusted, without its inverse of H. K³/6 multiplications for R and K²/2 for each channel.
 */
export function gptqRanks(problem: RoundingProblem, { order, factor }: Factor): Ranks {
  const { inputs, values, slices, levels } = problem;
  const ranks = new Uint16Array(values.length);
  eachBlock(problem, (from, to) => {
    // Of each channel in the order of the factor.
    const d = new Float64Array(to - from);
    for (let i = inputs - 1; i >= 0; i--) {
      const input = order[i] as number;
      for (let channel = 0; channel < d.length; channel += inputs) {
        const at = from + channel + input;
        const [value, slice] = [values[at] as number, slices[at] as number];
        const rank = levels.nearest(value - carried(factor, d, channel, i, inputs), slice);
        d[channel + i] = levels.value(rank, slice) - value;
        ranks[at] = rank;
      }
    }
  });
  return ranks;
}

/** Σⱼ>ᵢ Rᵢⱼ dⱼ / Rᵢᵢ. */
export function carried(
  factor: Float64Array,
  d: Float64Array,
  channel: number,
  i: number,
  inputs: number,
): number {
  const diagonal = i * inputs + i;
  return dot(factor, diagonal + 1, d, channel + i + 1, inputs - i - 1) / (factor[diagonal] as number);
}
