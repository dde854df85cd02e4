import type { Random } from '../numeric/random.js';
import type { QuantizedTensor, Scheme } from '../scheme/types.js';
import type { Options, OptionSchema } from './options.js';

/** What a rounder can want to know of the inputs of a weight. */
export type RounderNeed = 'gram' | 'inputMean';

/** How the values of a weight stand: a matrix with one row an output channel and one column an input. */
export interface RoundingLayout {
  readonly channels: number;
  readonly inputs: number;
  /** The slice of the scheme that each value belongs to. */
  readonly slices: Uint32Array;
}

/** What `round` may look at besides the values and their scheme. What is written on it, nobody sees. */
export interface RoundingContext {
  readonly bits: number;
  /** The rounder's options with every default filled in. */
  readonly options: Options;
  readonly layout: RoundingLayout;
  /** The codes of the nearest levels. */
  readonly nearest: QuantizedTensor['codes'];
  /**
   * The mean of x xᵀ over the inputs x that the channels were multiplied with, `[inputs, inputs]`; of x less their mean where the bias of
   * the layer takes off what errors add on average; empty unless `needs` names it.
   */
  readonly gram: Float32Array;
  /** The mean of x, one value an input; empty unless `needs` names it. */
  readonly inputMean: Float32Array;
  /** The same as `gram` of samples that were kept back, to judge by; empty where there are none. */
  readonly heldOutGram: Float32Array;
  /** Seeded: the same input and options give the same codes. */
  readonly random: Random;
}

/**
 * Chooses the codes of a weight for a scheme that a quantizer has fitted. Whatever it chooses, a channel keeps its nearest levels
 * where these make a smaller error in its outputs with the inputs that were seen.
 */
export interface Rounder {
  readonly kind: 'rounder';
  readonly api: 2;
  readonly name: string;
  /** One line for lists of methods. */
  readonly summary?: string;
  /** Authors, venue, year, arXiv or DOI. */
  readonly paper?: string;
  /** The options it knows, with defaults; `configured` holds the values chosen in the factory. */
  readonly options?: OptionSchema;
  readonly configured?: Options;
  /** What it wants to know of the inputs of a weight, for which there must be data. */
  readonly needs: readonly RounderNeed[];
  /**
   * The code of each value, a level of its slice. Channels that share their inputs come together: of a convolution with groups, those
   * of one group. Values are finite. Pure.
   *
   * @param values `[channels, inputs]`, row-major.
   */
  round(values: Float32Array, scheme: Scheme, context: RoundingContext): QuantizedTensor['codes'];
}
