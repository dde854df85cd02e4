/**
 * What shares one set of parameters (one *slice*). Slices are numbered row-major over the owning axes.
 *
 * - `'tensor'`: one slice.
 * - `{ axes }`: every index of these axes owns a slice (ascending, e.g. `[0]` for an ONNX convolution,
 *   `[2, 3]` for a TensorFlow.js depthwise kernel).
 * - `{ along, group }`: `group` consecutive indices of the axis `along` with every other index fixed; the last
 *   group of each row may be short. The slice grid is the shape with `shape[along]` replaced by
 *   `ceil(shape[along] / group)`.
 */
export type Slicing =
  'tensor' | { readonly axes: readonly number[] } | { readonly along: number; readonly group: number };

/** value = scale · code + offset. Without `offset` the grid is symmetric: scale · (code − (levels − 1) / 2). */
export interface AffineScheme {
  readonly kind: 'affine';
  /** Number of codes in use: codes are 0 … levels − 1. */
  readonly levels: number;
  /** One scale a slice, ≥ 0. A scale of 0 means that the slice is constant and equal to its offset. */
  readonly scale: Float32Array;
  /** One offset a slice: the value of code 0. */
  readonly offset?: Float32Array;
}

/** value = values[slice · levels + code], or where there is a `scale`, float32(scale[slice] · values[code]). */
export interface CodebookScheme {
  readonly kind: 'codebook';
  readonly levels: number;
  /**
   * `slices × levels` values, ascending within a slice (a short codebook repeats its last value); where there is a `scale`,
   * `levels` values that all slices share.
   */
  readonly values: Float32Array;
  /** One scale a slice, ≥ 0, by which the shared values are multiplied. Such a codebook has no thresholds. */
  readonly scale?: Float32Array;
  /**
   * `slices × (levels − 1)` thresholds, ascending: the code of x is the number of thresholds below x
   * (cells are left-open and right-closed). Default: the midpoints of neighbouring values.
   */
  readonly thresholds?: Float32Array;
}

/** value = Σᵢ ±scales[slice · order + i]; bit i of the code is 1 where the sign of term i is +. */
export interface ResidualScheme {
  readonly kind: 'residual';
  /** Number of sign planes, 1 … 8. */
  readonly order: number;
  /** `order` scales a slice, each ≥ 0. */
  readonly scales: Float32Array;
}

/** The three forms in which a quantized tensor can be stored; methods are open, storage is closed. */
export type Scheme = AffineScheme | CodebookScheme | ResidualScheme;

/**
 * The parameters of one slice, as a quantizer's `fit` returns them. All numbers are finite, scales are ≥ 0, values and thresholds
 * ascend.
 */
export type SliceParameters =
  | { readonly kind: 'affine'; readonly levels: number; readonly scale: number; readonly offset?: number }
  | {
      readonly kind: 'codebook';
      readonly values: Float32Array;
      /** In units of x, the scale included. */
      readonly thresholds?: Float32Array;
      /** Multiplies the values, ≥ 0. Slices with the same values and a scale each share these: they are stored once. */
      readonly scale?: number;
    }
  | { readonly kind: 'residual'; readonly scales: Float32Array };

/**
 * How scales, offsets and codebooks are stored. `two-level`: integers of 6 or 8 bits against one float16 for
 * each super-block of 16 slices (affine schemes only).
 */
export type ParameterStorage = 'float32' | 'float16' | { readonly kind: 'two-level'; readonly bits: 6 | 8 };

/** A tensor as codes and parameters. `codes` has one entry a value, row-major, unsigned, not yet packed. */
export interface QuantizedTensor {
  readonly shape: readonly number[];
  readonly slicing: Slicing;
  /** Width of a stored code: 1 … 16. */
  readonly bits: number;
  readonly codes: Uint8Array | Uint16Array;
  readonly scheme: Scheme;
  readonly parameterStorage: ParameterStorage;
}
