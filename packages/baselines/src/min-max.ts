import {
  type AffineScheme,
  type FitContext,
  LowbitError,
  nearestLevel,
  type Options,
  type OptionSchema,
  type Quantizer,
  range,
  type SliceRanges,
} from '@lowbit/core/method';
import { type Affine, constantGrid, offsetWithZero, scaleWithZero, withZero } from './even-grid.js';
import { gridsOverRange, gridsWithZero, symmetricGrids } from './anchored-grids.js';
import { freeGrids, onlySlice, type SearchOfGrids, spannedScale, spanning } from './free-grids.js';
import { onGridWithZero, onSpannedGrid, onSymmetricGridOf } from './measured-grid.js';
import { overRanges } from './over-ranges.js';
import { refineSteps } from './search-steps.js';
import { levelsOption, symmetricGrid, type SymmetricLevels } from './symmetric-grid.js';
import { widths } from './widths.js';

/** Options of {@link minMax}. */
export interface MinMaxOptions {
  /**
   * `integer`: 0 is exactly a level, as integer runtimes want it. `real`: the grid spans exactly the values, which
   * is finer. `symmetric`: 0 is the middle one, from 2 bits on. `auto` (default): `integer` for slices in which more than 1 value
   * in 20 is exactly 0, else `real`.
   */
  readonly zeroPoint?: 'auto' | 'integer' | 'real' | 'symmetric';
  /** Of a symmetric grid; default `full`. */
  readonly levels?: SymmetricLevels;
  /**
   * `least-squares` (default): a real grid starts at the range and is then refitted to the values, and values
   * that lie on an even grid already are kept exactly. `none`: the plain range.
   */
  readonly refine?: 'least-squares' | 'none';
}

const options: OptionSchema = {
  zeroPoint: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'integer', 'real', 'symmetric'],
    help: 'integer: 0 is exactly a level; real: the grid spans exactly the values; symmetric: 0 is the middle one; auto: integer where many are 0, else real',
  },
  levels: levelsOption,
  refine: {
    type: 'choice',
    default: 'least-squares',
    values: ['least-squares', 'none'],
    help: 'least-squares: refit the grid to the values, keep grids that exist; none: the plain range',
  },
};

/**
 * Min-max quantization spreads 2^b evenly spaced levels over the range of the values; the default of lowbit.
 *
 *     q(x)    = s · u + min,   u = clip(round((x − min) / s), 0, 2^b − 1),   s = (max − min) / (2^b − 1)
 *     ∂q/∂x   = 1              (straight-through)
 *
 * With an integer zero point the range is extended to include 0, and
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 2^b − 1),   z = clip(round(−min / s), 0, 2^b − 1)
 *
 * so that 0 is exact. With a symmetric one the grid is that of `absmax`. Rounding is half to even.
 *
 * By default a real grid is then refined: codes are held, s and the offset refitted to them by least squares, in
 * turns, from several starts in short slices (see `refineSteps`); the squared error never grows. Values that lie
 * on an even grid already, because they were quantized before, keep that grid and are not changed. Where the inputs of a
 * weight were seen, the error of each value counts as much as its `importance`, and grids with an integer or symmetric
 * zero point are refined too.
 *
 * Assumes no distribution. Every value lies within half a step of a level, except that rounding z moves the grid
 * by up to half a step, which can clip one end. One outlier widens the step for the whole slice: below 5 bits
 * prefer small slices (channels, groups) or a method that clips.
 *
 * Shape: any; a slice is whatever shares s and the offset. Weights and activations, 1 to 16 bits. Activations take the range
 * that was observed in the calibration, extended to include 0, with an integer zero point unless it is `real`, and are not
 * refined.
 *
 * Parameters: scale s and offset min (or −z·s), in units of the weights. A slice whose values are all equal has
 * scale 0 and decodes to that value. During training the range of weights is measured anew in every pass, if it alone
 * decides the grid (`integer`, `symmetric`, or `real` with `refine: 'none'`); otherwise the parameters stay those of the last fit.
 *
 * Example: at 2 bits the weights −1, 0, 0.4, 2 have s = 1 and offset −1; they become −1, 0, 0, 2.
 *
 * Source: the affine scheme of B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", CVPR 2018, arXiv:1712.05877, section 2.1; with `integer`, at 8 bits, the
 * parameters are those of the ONNX operator DynamicQuantizeLinear.
 *
 * Deviations: the refinement is not the paper's; `refine: 'none'` leaves it out. The paper always has an integer zero point; the default gives it up where few values are 0, because
 * weights need no exact 0 and the grid gets finer. Ties of weights go to the even code of the grid; those of
 * activations, as in the paper and in the operators, are rounded before z is added.
 */
export function minMax(settings: MinMaxOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'min-max',
    summary: 'evenly spaced levels over the range of the values',
    paper: 'Jacob et al., CVPR 2018, arXiv:1712.05877',
    roles: ['weight', 'activation'],
    bits: { weight: widths(1, 16), activation: widths(1, 16) },
    options,
    configured: { ...settings },
    grids: {
      'zero-point': { zeroPoint: 'integer' },
      symmetric: { zeroPoint: 'symmetric', levels: 'odd' },
    },
    needs: 'ranges',
    fit(values, context) {
      if (context.role === 'activation') return overObserved(values, context);
      const { min, max } = range(values);
      return overRange(min, max, context) ?? onlySlice(searchedGrids(values, values.length, context));
    },
    fitRanges(ranges, context) {
      const { bits, options: chosen } = context;
      if (isSearched(context)) return undefined;
      if (chosen.zeroPoint === 'symmetric')
        return overRanges(ranges, (min, max) => symmetric(bits, min, max, chosen));
      return isMeasured(chosen)
        ? overAllRanges(ranges, 2 ** bits, chosen.zeroPoint === 'integer')
        : undefined;
    },
    fitRows: (values, length, context) =>
      isMeasured(context.options) && !isSearched(context)
        ? undefined
        : searchedGrids(values, length, context),
    fitsInForward: isMeasured,
    forward(ops, x, site) {
      if (site.role === 'activation' || !isMeasured(site.options))
        return nearestLevel(ops, x, site.parameters);
      if (site.options.zeroPoint === 'symmetric') return onSymmetricGridOf(ops, x, site.bits, site.options);
      const levels = 2 ** site.bits;
      return site.options.zeroPoint === 'real'
        ? onSpannedGrid(ops, x, levels)
        : onGridWithZero(ops, x, levels);
    },
  };
}

/** Whether the grid is that of the range alone, so that a forward pass can measure it. */
function isMeasured({ zeroPoint, refine }: Options): boolean {
  return zeroPoint === 'integer' || zeroPoint === 'symmetric' || (zeroPoint === 'real' && refine === 'none');
}

/** Whether grids that their range could decide are searched, since values count for different amounts. */
const isSearched = ({ importance, options: { refine } }: FitContext): boolean =>
  importance !== undefined && refine !== 'none';

/** The grid of a slice of weights, where its range alone decides it. */
function overRange(min: number, max: number, context: FitContext): Affine | undefined {
  const { bits, options } = context;
  const levels = 2 ** bits;
  const isDecided = min === max || (isMeasured(options) && !isSearched(context));
  if (!isDecided) return undefined;
  if (options.zeroPoint === 'symmetric') return symmetric(bits, min, max, options);
  if (min === max) return constantGrid(levels, min);
  return options.zeroPoint === 'integer' ? withZero(levels, min, max) : spanning(levels, min, max);
}

/** As {@link overRange}, for all slices: without an object for each, of which there can be millions. */
function overAllRanges({ min, max }: SliceRanges, levels: number, zero: boolean): AffineScheme {
  const scale = new Float32Array(min.length);
  const offset = new Float32Array(min.length);
  for (let slice = 0; slice < min.length; slice++) {
    const low = min[slice] as number;
    const high = max[slice] as number;
    const step = low === high ? 0 : zero ? scaleWithZero(levels, low, high) : spannedScale(levels, low, high);
    scale[slice] = step;
    offset[slice] = step === 0 ? (low + high) / 2 : zero ? offsetWithZero(levels, step, low) : low;
  }
  return { kind: 'affine', levels, scale, offset };
}

/** Grids that the range alone does not decide: these span it, and are refined. */
function searchedGrids(values: Float32Array, length: number, context: FitContext): AffineScheme {
  const { bits, options: chosen, importance } = context;
  const { zeroPoint, refine } = chosen;
  const levels = 2 ** bits;
  if (zeroPoint === 'symmetric') {
    checkHasMiddle(bits);
    return symmetricGrids(values, length, bits, chosen, importance);
  }
  const steps = refine === 'none' ? [] : refineSteps(levels, length);
  const anchored: SearchOfGrids = (slices, _, own) =>
    own === undefined
      ? gridsOverRange(slices, length, levels)
      : gridsWithZero(slices, length, levels, steps, own);
  if (zeroPoint === 'integer') return anchored(values, length, importance);
  const manyZeros = zeroPoint === 'auto' ? { manyZeros: anchored } : {};
  return freeGrids(values, length, { levels, steps, keeps: refine !== 'none', importance, ...manyZeros });
}

/** Activations: the observed range, or that of the values where nothing was observed. */
function overObserved(values: Float32Array, { bits, ranges, options: chosen }: FitContext): Affine {
  const { min, max } = ranges ?? range(values);
  const { zeroPoint } = chosen;
  if (zeroPoint === 'symmetric') return symmetric(bits, min, max, chosen);
  if (min === max) return constantGrid(2 ** bits, min);
  return zeroPoint === 'real' ? spanning(2 ** bits, min, max) : withZero(2 ** bits, min, max);
}

function symmetric(bits: number, min: number, max: number, chosen: Options): Affine {
  checkHasMiddle(bits);
  return symmetricGrid(bits, min, max, chosen);
}

/** A single bit has no level to both sides of 0. */
function checkHasMiddle(bits: number): void {
  if (bits > 1) return;
  throw new LowbitError({
    code: 'unsupported-bits',
    where: "quantizer 'min-max' with zeroPoint=symmetric",
    expected: '2 bits or more',
    received: '1 bit',
    remedy: 'Take more bits, or zeroPoint=integer.',
  });
}
