/** What one value of a convolution's output costs. */
export interface FilteringCost {
  /** Binary operations: one a plane and tap; a machine word does `word` of them at once. */
  readonly binaryOperations: number;
  /** Multiplications by the scales: one a plane, and one by the scale of the filter. */
  readonly floatOperations: number;
  /** How many times less that is than the n operations of a convolution of floats. */
  readonly speedUp: number;
}

/**
 * The paper's arithmetic of high-order binary filtering, weights of order 1:
 *
 *     S_K = w · n / (K · n + w · (K + 1))
 *
 * It ignores im2col, the measuring of scales and packing, so it is a bound, not a promise.
 *
 * Source: Z. Li, B. Ni, W. Zhang, X. Yang, W. Gao, ICCV 2017, arXiv:1708.08687, as public reading notes quote its Table 2.
 *
 * @param order K, planes of the input, ≥ 1
 * @param taps n, the values of one patch: input channels · kernel height · kernel width
 * @param word w, binary operations that a machine does at once; default 64
 */
export function filteringCost(order: number, taps: number, word = 64): FilteringCost {
  const binaryOperations = order * taps;
  const floatOperations = order + 1;
  return {
    binaryOperations,
    floatOperations,
    speedUp: taps / (binaryOperations / word + floatOperations),
  };
}

/** Stored size of quantized weights. */
export interface WeightMemory {
  /** Sign planes and float32 scales, in bytes. */
  readonly bytes: number;
  /** How many times smaller that is than float32. */
  readonly ratio: number;
}

/**
 * The bytes of a weight with one bit a plane and value, and one float32 scale a plane and filter.
 *
 * @param order planes, ≥ 1; the paper's weights have one
 * @param taps values of one filter
 * @param filters number of filters
 */
export function weightMemory(order: number, taps: number, filters: number): WeightMemory {
  const bytes = Math.ceil((order * taps * filters) / 8) + 4 * order * filters;
  return { bytes, ratio: (4 * taps * filters) / bytes };
}
