import { addProduct, type Rounder } from '@lowbit/core/method';
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
export function gptqRanks(problem: RoundingProblem, own: Factor): Ranks {
  const { inputs } = problem;
  const ranks = new Uint16Array(problem.values.length);
  eachBlock(problem, (first, end) => {
    const channels = (end - first) / inputs;
    const sums = new Float64Array(end - first);
    for (let to = inputs; to > 0; to -= inputsAtOnce) {
      const from = Math.max(0, to - inputsAtOnce);
      const d = decide(problem, own, { first, channels, from, to, sums }, ranks);
      addProduct(
        { values: sums, rows: channels, columns: from, rowStep: inputs },
        { values: d, rows: channels, columns: to - from },
        { values: own.factor, from, rows: to - from, columns: from, rowStep: 1, columnStep: inputs },
      );
    }
  });
  return ranks;
}

/** Inputs that are decided on one by one before what they leave to the others is added up. */
const inputsAtOnce = 64;

/** Inputs of some channels that are decided on. */
interface Block {
  /** Where the first value of the channels is. */
  readonly first: number;
  readonly channels: number;
  /** The inputs, in the order of the factor. */
  readonly from: number;
  readonly to: number;
  /** Σⱼ≥to Rᵢⱼ dⱼ, `[channels, inputs]`. */
  readonly sums: Float64Array;
}

/** Decides on the inputs of a block from the last to the first; gives their d, `[channels, to − from]`. */
function decide(
  { inputs, values, slices, levels }: RoundingProblem,
  { order, factor }: Factor,
  { first, channels, from, to, sums }: Block,
  ranks: Ranks,
): Float64Array {
  const d = new Float64Array(channels * (to - from));
  for (let i = to - 1; i >= from; i--) {
    const diagonal = i * inputs + i;
    for (let channel = 0, place = i - from; channel < channels; channel++, place += to - from) {
      const at = first + channel * inputs + (order[i] as number);
      const near = dot(factor, diagonal + 1, d, place + 1, to - i - 1);
      const carried = ((sums[channel * inputs + i] as number) + near) / (factor[diagonal] as number);
      const [value, slice] = [values[at] as number, slices[at] as number];
      const rank = levels.nearest(value - carried, slice);
      d[place] = levels.value(rank, slice) - value;
      ranks[at] = rank;
    }
  }
  return d;
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

/**
 * Σ aᵢ bᵢ over `count` values from two places on, in double precision. Four sums go on side by side, as one alone waits for each of
 * its additions.
 */
function dot(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    s0 += (a[aFrom + i] as number) * (b[bFrom + i] as number);
    s1 += (a[aFrom + i + 1] as number) * (b[bFrom + i + 1] as number);
    s2 += (a[aFrom + i + 2] as number) * (b[bFrom + i + 2] as number);
    s3 += (a[aFrom + i + 3] as number) * (b[bFrom + i + 3] as number);
  }
  for (; i < count; i++) s0 += (a[aFrom + i] as number) * (b[bFrom + i] as number);
  return s0 + s1 + (s2 + s3);
}
