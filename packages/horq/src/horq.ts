import {
  LowbitError,
  type Ops,
  type Options,
  type OptionSchema,
  type Quantizer,
  type Site,
} from '@lowbit/core/method';
import { chainGradient, clippedGradient } from './gradient.js';
import { greedyScales } from './greedy-scales.js';
import { meanMagnitude, type Plane, residualPlanes, sumOfPlanes } from './planes.js';
import { refittedScales } from './refitted-scales.js';

/** Options of {@link horq}. */
export interface HorqOptions {
  /** Number of sign planes, 1 to 4; must equal the bits. Default 0: as many as there are bits. */
  readonly order?: number;
  /** What shares the scales of an input: one patch of a convolution, or one sample. Default `patch`. */
  readonly scope?: 'patch' | 'sample';
  /** How the scales of weights are chosen: one plane after the other, or all of them jointly. Default `greedy`. */
  readonly fit?: 'greedy' | 'refitted';
  /** Gradient with respect to inputs. Default `clipped`. */
  readonly backward?: 'clipped' | 'identity' | 'chain';
  /** Gradient with respect to weights. Default `identity`. */
  readonly weightBackward?: 'identity' | 'xnor';
}

const options: OptionSchema = {
  order: { type: 'number', default: 0, min: 0, max: 4, help: 'sign planes, as many as bits; 0: as the bits' },
  scope: {
    type: 'choice',
    default: 'patch',
    values: ['patch', 'sample'],
    help: 'what shares the scales of an input: one patch of a convolution, or one sample',
  },
  fit: {
    type: 'choice',
    default: 'greedy',
    values: ['greedy', 'refitted'],
    help: 'scales of weights: one plane after the other, or fitted jointly with the signs',
  },
  backward: {
    type: 'choice',
    default: 'clipped',
    values: ['clipped', 'identity', 'chain'],
    help: 'gradient of inputs: where |x| is at most 1, unchanged, or through the recursion',
  },
  weightBackward: {
    type: 'choice',
    default: 'identity',
    values: ['identity', 'xnor'],
    help: 'gradient of weights: unchanged, or through the recursion and its scales',
  },
};

/**
 * HORQ writes a value as a sum of signs: each plane takes the signs of what the planes before it left over, with the
 * scale that fits them best.
 *
 *     q(x)    = Σ_k β_k · H_k,   H_k = sgn(R_{k−1}),   β_k = mean |R_{k−1}|,   R_k = R_{k−1} − β_k · H_k,   R_0 = x
 *     ∂q/∂x   = 1[|x| ≤ 1]     for inputs (`clipped`; others in {@link HorqOptions.backward})
 *     ∂q/∂w   = 1              for weights (straight-through; `xnor` in {@link HorqOptions.weightBackward})
 *
 * with k = 1 … K, the order, one bit each, and sgn(0) = +1. ‖R_k‖² = ‖R_{k−1}‖² − n · β_k², so no plane makes the error
 * larger.
 *
 * Assumes values on both sides of 0. On normal values the relative squared error is 0.363, 0.130, 0.058, 0.033 for
 * K = 1 … 4. Behind a rectifier the first plane is +1 everywhere and wasted: quantize before it.
 *
 * Shape: a matrix whose rows share their scales. Inputs: a row is a patch (`scope: 'patch'`, the paper) or a sample,
 * and β is measured on every call; nothing is stored. Weights: a row is a slice (the paper has one a filter); β is
 * stored, and measured anew in every training step. 1 to 4 bits for both.
 *
 * Parameters: K scales a row, in units of x. Options: `order` (default 0, as the bits), `scope` (`patch`), `fit`
 * (`greedy`; `refitted` fits the scales of weights jointly with the signs, and keeps them between fits), `backward`
 * (`clipped`), `weightBackward` (`identity`).
 *
 * Example: the values 0.9, −0.4, 0.1, −0.7 have β_1 = 0.525 and the residual 0.375, 0.125, −0.425, −0.175; at order 2
 * β_2 = 0.275, and they become 0.8, −0.25, 0.25, −0.8.
 *
 * Source: Z. Li, B. Ni, W. Zhang, X. Yang, W. Gao, "Performance Guaranteed Network Acceleration via High-Order Residual
 * Quantization", ICCV 2017, arXiv:1708.08687, section 3.
 *
 * Deviations: (1) no backward formula of the paper was at hand: `clipped` is the usual choice for signs, `chain`
 * differentiates the recursion as public re-implementations do. (2) The paper's weights have order 1; here orders up to 4,
 * and jointly refitted scales, are offered. (3) `xnor` is the whole derivative of β · sgn(w); XNOR-Net's
 * 1/n + β · 1[|w| ≤ 1] leaves out what a weight does to the other values through β. (4) `scope: 'sample'` is ours: its
 * planes are stored once a value instead of once a patch.
 */
export function horq(settings: HorqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'horq',
    summary: 'sums of signs, each plane with the scale that fits what is left over',
    paper: 'Li et al., HORQ, ICCV 2017, arXiv:1708.08687',
    roles: ['weight', 'activation'],
    bits: { weight: [1, 2, 3, 4], activation: [1, 2, 3, 4] },
    options,
    configured: { ...settings },
    dynamic: 'signs',
    observes: ({ scope }) => (scope === 'sample' ? 'samples' : 'patches'),
    fit(values, { role, bits, options: chosen }) {
      const order = orderOf(bits, chosen);
      const jointly = role === 'weight' && chosen.fit === 'refitted';
      const scales = jointly ? refittedScales(values, order) : greedyScales(values, order);
      return { kind: 'residual', scales };
    },
    fitsInForward: ({ fit }) => fit === 'greedy',
    forward: (ops, x, site) => sumOfPlanes(ops, planesOf(ops, x, site)),
    backward(ops, x, dy, site) {
      const { role, options: chosen } = site;
      const rule = role === 'weight' ? chosen.weightBackward : chosen.backward;
      if (rule === 'identity') return { x: dy };
      if (rule === 'clipped') return { x: clippedGradient(ops, x, dy) };
      return { x: chainGradient(ops, planesOf(ops, x, site), dy, rule === 'xnor') };
    },
  };
}

/** Jointly fitted scales stay as they are until the next fit; all others are measured from x. */
function planesOf<T>(
  ops: Ops<T>,
  x: T,
  { role, bits, options: chosen, parameters }: Site<T>,
): readonly Plane<T>[] {
  const kept = role === 'weight' && chosen.fit === 'refitted' && parameters.kind === 'residual';
  const scales = kept ? parameters.scales : [];
  return residualPlanes(ops, x, orderOf(bits, chosen), (rest, k) => scales[k] ?? meanMagnitude(ops, rest));
}

/**
 * The order, that is the number of sign planes, of a site with this many bits. Throws `unsupported-option` when the
 * option `order` is given and differs.
 */
function orderOf(bits: number, { order }: Options): number {
  if (order === 0 || order === bits) return bits;
  throw new LowbitError({
    code: 'unsupported-option',
    where: "quantizer 'horq': option 'order'",
    expected: `${bits}, as there are ${bits} bits and each plane takes one`,
    received: String(order),
    remedy: 'Choose as many bits as the order, or leave the order out.',
  });
}
