import { toScale } from '@lowbit/core/method';

/**
 * The scales of the recursion, β_k = mean |R_{k−1}|, for one slice: each is the least-squares scale for the signs of
 * what is left, so the squared norm of the residual falls by n · β_k² and never grows. All 0 for no values.
 */
export function greedyScales(values: Float32Array, order: number): Float32Array {
  const scales = new Float32Array(order);
  if (values.length === 0) return scales;
  const rest = values.slice();
  for (let k = 0; k < order; k++) {
    const sum = rest.reduce((total, value) => total + Math.abs(value), 0);
    scales[k] = toScale(sum / values.length);
    const scale = scales[k] as number;
    rest.forEach((value, i) => (rest[i] = value >= 0 ? value - scale : value + scale));
  }
  return scales;
}
