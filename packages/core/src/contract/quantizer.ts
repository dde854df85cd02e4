import type { RangeStatistics, SiteStatistics } from '../calibration/site-statistics.js';
import type { Random } from '../numeric/random.js';
import type { Ops } from '../ops/ops.js';
import type { Options, OptionSchema } from './options.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { AffineScheme, SliceParameters } from '../scheme/types.js';

export type Role = 'weight' | 'activation';

/**
 * Grids that integer runtimes and packed operators want. `zero-point`: 0 is exactly a level, with an integer zero point in
 * every slice. `symmetric`: 0 is the middle level (the upper one of an even number), the same zero point in all slices, from 2 bits
 * on. A slice whose values are all equal may have a scale of 0 and its value as the offset. `even`: the levels of every slice of
 * weights are evenly spaced, which both other kinds are too.
 */
export type GridKind = 'zero-point' | 'symmetric' | 'even';

/** What shares the parameters of an activation quantizer. */
export type Observed = 'values' | 'samples' | 'patches';

/** Mean and population standard deviation. */
export interface NormalDistribution {
  readonly mean: number;
  readonly deviation: number;
}

/** What `fit` may look at besides the values. */
export interface FitContext {
  readonly role: Role;
  /** Bits of a stored code, one of those that the quantizer offers. */
  readonly bits: number;
  /** The quantizer's options with every default filled in. */
  readonly options: Options;
  /** Seeded: the same input and options give the same parameters. */
  readonly random: Random;
  /**
   * What the squared error of each value counts for, not negative, where the inputs of a weight were seen: the mean square of the
   * input that it is multiplied with. To `fitRanges`, `fitRows` and `fitTensor`, of all slices, one after the other.
   */
  readonly importance?: Float32Array;
  /** For activations: the range of what was seen while the network ran, extended to include 0. */
  readonly ranges?: RangeStatistics;
  /**
   * For activations: all that was seen, `values` is then a sample of it. Present where `ranges` is, except to a quantizer
   * that declares `needs: 'ranges'`: then there may be no more than these, and no values.
   */
  readonly statistics?: SiteStatistics;
  /**
   * For activations that batch normalization makes: mean and population standard deviation of the normal
   * distribution before any rectifier. Present instead of `statistics`, or beside them.
   */
  readonly normal?: NormalDistribution;
}

/** What `refit` also knows: which values may not move, and the parameters they were frozen with. */
export interface RefitContext extends FitContext {
  readonly previous: SliceParameters;
  /** 1 where the value is frozen and must stay representable exactly. */
  readonly frozen: Uint8Array;
}

/**
 * Where a quantizer is applied inside a running network. Values come as a matrix `[slices, values a slice]`
 * and parameters as columns `[slices, 1]`, so everything broadcasts. For activations a row is what the quantizer
 * `observes`, and there is one set of parameters; a dynamic quantizer gets none (a residual scheme without scales).
 */
export interface Site<T> {
  readonly role: Role;
  readonly bits: number;
  readonly options: Options;
  readonly parameters: SiteParameters<T>;
}

/** Fitted parameters as tensors. Codebook `values[i]` and `thresholds[i]` and residual `scales[i]` are columns. */
export type SiteParameters<T> =
  | AffineParameters<T>
  | { readonly kind: 'codebook'; readonly values: readonly T[]; readonly thresholds: readonly T[] }
  | { readonly kind: 'residual'; readonly scales: readonly T[] };

export interface AffineParameters<T> {
  readonly kind: 'affine';
  readonly levels: number;
  readonly scale: T;
  readonly offset: T;
  /**
   * The integer code of 0, for activations whose grid has one: x / scale is rounded before it is added, as the operator
   * `QuantizeLinear` does. Absent elsewhere: (x − offset) / scale is rounded. The two differ on exact ties.
   */
  readonly zeroPoint?: T;
}

/** A method that turns floats into few levels. `fit` is the only required verb. */
export interface Quantizer {
  readonly kind: 'quantizer';
  readonly api: 2;
  readonly name: string;
  /** One line for lists of methods. */
  readonly summary?: string;
  /** Authors, venue, year, arXiv or DOI. */
  readonly paper?: string;
  readonly roles: readonly Role[];
  /** The widths that are offered, by role. */
  readonly bits: { readonly weight?: readonly number[]; readonly activation?: readonly number[] };
  /** The options it knows, with defaults; `configured` holds the values chosen in the factory. */
  readonly options?: OptionSchema;
  readonly configured?: Options;
  /**
   * Options with which every slice has such a grid, none (`{}`) where it always has. Planning takes them where the packed form
   * of a weight wants one. A quantizer that declares any grid has even levels with all of its options, unless it declares `even`
   * with some; one that declares none has levels anywhere.
   */
  readonly grids?: Readonly<Partial<Record<GridKind, Options>>>;
  /**
   * Parameters are measured on each call and nothing is stored. `range`: they are always the grid of 2^bits even levels over the
   * range of all values at hand, extended to include 0, which has an integer code: that of the operator `DynamicQuantizeLinear`,
   * so that integer layers compute the same. `signs`: for activations they are always as many scales as bits, of signs (that of 0
   * positive), each the mean magnitude of what the signs before it leave over, so that layers of signs compute the same.
   */
  readonly dynamic?: true | 'range' | 'signs';
  /**
   * What one row of the matrix is that an activation quantizer gets: everything (default), one sample, or one
   * patch of a convolution (an im2col column). It may depend on the options.
   */
  readonly observes?: Observed | ((options: Options) => Observed);
  /**
   * Levels for a standard normal distribution: `fit` scales them by what it knows of the activations, and a site that
   * batch normalization describes needs no statistics.
   */
  readonly expects?: 'unit-variance';
  /**
   * Activations are fitted to `ranges` alone. These are taken while the model runs, without the values, which is several
   * times faster.
   */
  readonly needs?: 'ranges';
  /** Chooses the parameters of one slice. `values` are finite and flat; what is written on them or on the context, nobody sees. Pure. */
  fit(values: Float32Array, context: FitContext): SliceParameters;
  /**
   * For weights: what `fit` gives for slices whose smallest and largest values are these, or `undefined` where they do not
   * decide. All slices of a tensor are then fitted at once, without being put together first, which counts where they are
   * many. No slice is empty. `affineGrids` gathers grids.
   */
  fitRanges?(ranges: SliceRanges, context: FitContext): AffineScheme | undefined;
  /**
   * For weights: the parameters of all slices at once, one each in their order, instead of `fit`. For levels that slices share:
   * codebooks with the same values and a scale each are stored as one. No slice is empty.
   */
  fitTensor?(slices: readonly Float32Array[], context: FitContext): readonly SliceParameters[];
  /**
   * For weights: what `fit` gives for slices of equal length, which lie one after the other in `values`, or `undefined` where each is to
   * be asked for. For methods that work on many short slices faster together. No slice is empty.
   */
  fitRows?(values: Float32Array, length: number, context: FitContext): AffineScheme | undefined;
  refit?(values: Float32Array, context: RefitContext): SliceParameters;
  /**
   * `forward` for weights measures what it needs from x itself and looks at no parameters, so that while latent weights
   * train nothing has to be fitted again at every step. It may depend on the options.
   */
  readonly fitsInForward?: true | ((options: Options) => boolean);
  /** Fake quantization; default: encode and decode with the fitted parameters. */
  forward?<T>(ops: Ops<T>, x: T, site: Site<T>): T;
  /** Gradient of the loss with respect to x; default: `dy` unchanged. */
  backward?<T>(ops: Ops<T>, x: T, dy: T, site: Site<T>): { x: T };
}
