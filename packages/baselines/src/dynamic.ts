import { range, type Quantizer } from '@lowbit/core/method';
import { constantGrid, withZero } from './even-grid.js';
import { onDynamicGrid } from './measured-grid.js';

/**
 * Dynamic quantization of activations: the range is measured on every run, and nothing is stored or calibrated.
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 255)
 *     ∂q/∂x   = 1              (straight-through)
 *     s = (max − min) / 255,   z = clip(round(−min / s), 0, 255)
 *
 * where min and max are those of the tensor at hand, extended to include 0. Rounding is half to even.
 *
 * Assumes nothing. It costs one more pass over the values of every run, and batches share a range.
 *
 * Shape: one slice. Activations, 8 bits.
 *
 * Parameters: none are stored.
 *
 * Example: the values −1, 0, 0.55 have s = 1.55 / 255.
 *
 * Source: the affine scheme of B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", CVPR 2018, arXiv:1712.05877, section 2.1, with ranges measured at run time as by
 * the ONNX operator DynamicQuantizeLinear.
 */
export function dynamic(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'dynamic',
    summary: 'the range is measured on every run',
    paper:
      'Jacob et al., CVPR 2018, arXiv:1712.05877, measured at run time as by the ONNX operator DynamicQuantizeLinear',
    roles: ['activation'],
    bits: { activation: [8] },
    grids: { 'zero-point': {} },
    dynamic: 'range',
    fit(values, { bits }) {
      const { min, max } = range(values);
      return min === max ? constantGrid(2 ** bits, min) : withZero(2 ** bits, min, max);
    },
    forward: (ops, x, { bits }) => onDynamicGrid(ops, x, 2 ** bits),
  };
}
