import type { Quantizer } from '@lowbit/core';
import { bnn, dorefa, dynamic, horq, hwgq, minMax, percentile, ul2q, xnor } from '@lowbit/methods';

/** An even grid over the size of each patch's largest value, measured on every run; `wide`: of each sample's. */
export const patchGrid: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'patch-grid',
  roles: ['activation'],
  bits: { activation: [2, 3, 4] },
  dynamic: true,
  options: { wide: { type: 'boolean', default: false, help: 'one grid a sample' } },
  observes: ({ wide }) => (wide === true ? 'samples' : 'patches'),
  fit: (_, { bits }) => ({ kind: 'residual', scales: new Float32Array(bits) }),
  forward(ops, x, { bits }) {
    const most = ops.max(ops.abs(x), [1]);
    const divisor = ops.where(ops.greater(most, ops.constant(0)), most, ops.constant(1));
    const step = ops.div(divisor, ops.constant(2 ** bits));
    return ops.mul(ops.clip(ops.round(ops.div(x, step)), -(2 ** bits), 2 ** bits), step);
  },
};

/** Every method for activations, each with what it `observes`, and one of a third party. */
export const activationQuantizers: readonly {
  readonly title: string;
  readonly quantizer: Quantizer;
  readonly bits: number;
}[] = [
  { title: 'hwgq', quantizer: hwgq(), bits: 2 },
  { title: 'hwgq non-uniform', quantizer: hwgq({ levels: 'non-uniform', cell: 'nearest' }), bits: 3 },
  { title: 'horq by patch', quantizer: horq(), bits: 2 },
  { title: 'horq by sample', quantizer: horq({ scope: 'sample' }), bits: 3 },
  { title: 'dorefa', quantizer: dorefa(), bits: 2 },
  { title: 'bnn', quantizer: bnn(), bits: 1 },
  { title: 'xnor by patch', quantizer: xnor(), bits: 1 },
  { title: 'xnor by sample', quantizer: xnor({ scope: 'sample' }), bits: 1 },
  { title: 'ul2q', quantizer: ul2q(), bits: 3 },
  { title: 'min-max', quantizer: minMax(), bits: 4 },
  { title: 'percentile', quantizer: percentile(), bits: 4 },
  { title: 'dynamic', quantizer: dynamic(), bits: 8 },
  { title: 'a third party', quantizer: patchGrid, bits: 3 },
];
