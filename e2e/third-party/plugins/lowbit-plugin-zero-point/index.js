import { range, roundHalfEven, toFloat32, toScale } from '@lowbit/core/method';

/**
 * Even levels over the range of the values, with 0 among them: a grid as integer runtimes store it (B. Jacob et al.,
 * CVPR 2018, arXiv:1712.05877, section 3).
 *
 * @returns {import('@lowbit/core/method').Quantizer}
 */
export default function zeroPointQuantizer() {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'zero-point',
    roles: ['weight'],
    bits: { weight: [2, 3, 4, 5, 6, 7, 8] },
    grids: { 'zero-point': {} },
    // Levels may also lie anywhere: { kind: 'codebook', values: Float32Array.from(levels) }, in ascending order.
    fit(values, { bits }) {
      const levels = 2 ** bits;
      const { min, max } = range(values);
      const low = Math.min(min, 0);
      const scale = toScale((Math.max(max, 0) - low) / (levels - 1));
      const zeroPoint = scale === 0 ? 0 : roundHalfEven(-low / scale);
      return { kind: 'affine', levels, scale, offset: toFloat32(-zeroPoint * scale) };
    },
  };
}
