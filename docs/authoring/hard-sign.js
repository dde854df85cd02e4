/**
 * Weights of ±1 for training: the sign forward, the derivative of the hard hyperbolic tangent backward.
 *
 * @returns {import('@lowbit/core/method').Quantizer}
 */
export default function hardSignQuantizer() {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'hard-sign',
    roles: ['weight'],
    bits: { weight: [1] },
    fit: () => ({ kind: 'residual', scales: Float32Array.of(1) }),
    forward: (ops, x) => ops.sign(x),
    backward: (ops, x, dy) => ({ x: ops.mul(dy, ops.greater(ops.constant(1), ops.abs(x))) }),
  };
}
