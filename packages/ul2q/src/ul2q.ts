import {
  checkOptionNames,
  type FitContext,
  meanAndDeviation,
  nearestLevel,
  type NormalDistribution,
  type OptionSchema,
  type Quantizer,
  toFloat32,
  toScale,
} from '@lowbit/core/method';
import { measuredForward } from './measured-forward.js';
import { stepOf, stepTable, type StepList } from './steps.js';

/** Options of {@link ul2q}. */
export interface Ul2qOptions {
  /** Which list of steps to use. Default `exact`. */
  readonly lambda?: StepList;
}

const options: OptionSchema = {
  lambda: {
    type: 'choice',
    default: 'exact',
    values: ['exact', 'paper', 'code'],
    help: "step list: exact, the paper's Table I, or the authors' code (the last two reach to 8 bits)",
  },
};

/** Widths for activations: the authors' own tables end at 8 bits. */
const widestActivation = 8;

/**
 * μL2Q quantizes weights uniformly with the step that loses least on normally distributed values.
 *
 *     q(x)    = β + α · (u + ½),   u = clip(⌊(x − β) / α⌋, −2^(k−1), 2^(k−1) − 1)
 *     ∂q/∂x   = 1                  (straight-through; β and α count as constants)
 *     β = mean(x),   σ = population standard deviation of x,   α = λ_k · σ
 *
 * Assumes a normal distribution. The 2^k levels lie symmetrically about the mean and end at ±λ_k · (2^(k−1)
 * − ½) deviations (0.8 at 1 bit, 2.5 at 4, 3.9 at 8); what lies beyond is clipped, so a slice with outliers
 * loses more than {@link expectedLoss} says. No level lies at the mean, hence none at 0.
 *
 * Shape: any. A slice is whatever shares one α and one β; the paper has one slice a tensor (granularity `tensor`). Weights,
 * 1 to 16 bits; activations, 1 to 8 bits, where they are about normal, as batch normalization leaves them.
 *
 * In training, β and σ of a weight are measured on every forward pass, in the framework ({@link measuredForward}). For
 * activations they come from the calibration, else from batch normalization (before any rectifier), and stay as they are.
 *
 * Parameters: a scale α and an offset, the value of code 0, β + α · (½ − 2^(k−1)), both in units of the
 * weights. Option `lambda` (default `exact`) picks the list of λ_k, see {@link stepTable}.
 *
 * Example: at 2 bits the weights −1, 0, 1, 2 have β = 0.5 and σ = 1.1180, so α = 0.9957 · σ = 1.1132; the
 * levels are −1.1698, −0.0566, 1.0566, 2.1698, and the weights get the codes 0, 1, 2, 3.
 *
 * Source: C. Gong, T. Li, Y. Lu, C. Hao, X. Zhang, D. Chen, Y. Chen, "μL2Q: An Ultra-Low Loss Quantization
 * Method for DNN Compression", IJCNN 2019, doi:10.1109/IJCNN.2019.8851699; steps and losses from Table I.
 *
 * Deviations: (1) a value exactly between two levels goes to the even code (half to even, as everywhere in
 * lowbit), the paper's floor sends it to the upper one. The mean lies between the two middle levels; as the
 * offset is rounded to float32, a value at the mean can get either of them, and both are equally near. (2)
 * The default steps are the exact minimisers; Table I differs by up to 1.2 % in λ and 0.24 % in loss, and
 * its loss at 1 bit (0.3625) is below the attainable 0.3634. (3) Beyond 8 bits every list continues with the
 * exact steps. (4) The released code divides by α + 1e-7; here a slice without deviation has scale 0 and
 * decodes to its mean. (5) The paper leaves activations float; that they can be quantized is ours.
 */
export function ul2q(settings: Ul2qOptions = {}): Quantizer {
  checkOptionNames(settings, Object.keys(options), 'ul2q');
  return {
    kind: 'quantizer',
    api: 2,
    name: 'ul2q',
    summary: 'uniform, L2-optimal step for normally distributed weights',
    paper: 'Gong et al., μL2Q, IJCNN 2019, doi:10.1109/IJCNN.2019.8851699',
    roles: ['weight', 'activation'],
    bits: { weight: widthsTo(Infinity), activation: widthsTo(widestActivation) },
    grids: { even: {} },
    expects: 'unit-variance',
    options,
    ...(settings.lambda === undefined ? {} : { configured: { lambda: settings.lambda } }),
    fit(values, context) {
      const { bits } = context;
      const { mean, deviation } = distributionOf(values, context);
      const step = stepOf(bits, context.options.lambda as StepList);
      const scale = toScale(step * deviation);
      const lowest = scale === 0 ? mean : mean + step * deviation * (0.5 - 2 ** (bits - 1));
      return { kind: 'affine', levels: 2 ** bits, scale, offset: toFloat32(lowest) };
    },
    fitsInForward: true,
    forward: (ops, x, site) =>
      site.role === 'weight'
        ? measuredForward(ops, x, site.bits, stepOf(site.bits, site.options.lambda as StepList))
        : nearestLevel(ops, x, site.parameters),
  };
}

function widthsTo(widest: number): readonly number[] {
  return stepTable.map(({ bits }) => bits).filter((bits) => bits <= widest);
}

/** Of activations, what was observed says more than batch normalization, which does not know a rectifier behind it. */
function distributionOf(values: Float32Array, { role, statistics, normal }: FitContext): NormalDistribution {
  if (role === 'weight') return meanAndDeviation(values);
  return statistics ?? normal ?? meanAndDeviation(values);
}
