import type { Classes, LayerFeatures } from '@lowbit/core/policy';

/**
 * The scatter within the classes, S_W = (1/N) Σ_c Σ_i (f_i − m_c)(f_i − m_c)ᵀ: a symmetric matrix
 * `[dimensions, dimensions]`, row-major, of which only the lower triangle is filled.
 */
export function scatterWithin(
  { dimensions, values }: LayerFeatures,
  { classes, count }: Classes,
): Float64Array {
  const scatter = new Float64Array(dimensions * dimensions);
  const centred = new Float64Array(dimensions);
  for (const { rows, mean } of classes) {
    for (const row of rows) {
      for (let i = 0; i < dimensions; i++) {
        centred[i] = (values[row * dimensions + i] as number) - (mean[i] as number);
      }
      addOuterProduct(scatter, centred, 1 / count);
    }
  }
  return scatter;
}

function addOuterProduct(matrix: Float64Array, vector: Float64Array, factor: number): void {
  const { length } = vector;
  for (let i = 0; i < length; i++) {
    const scaled = factor * (vector[i] as number);
    for (let j = 0; j <= i; j++) {
      matrix[i * length + j] = (matrix[i * length + j] as number) + scaled * (vector[j] as number);
    }
  }
}
