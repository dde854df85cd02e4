import type { Quantizer } from '@lowbit/core';
import type { Ops, Site } from '@lowbit/core/method';

/** One sign plane; the scale of a row is its mean magnitude, measured on every call. */
export const measuring: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'measuring',
  roles: ['activation'],
  bits: { activation: [1] },
  dynamic: true,
  fit: (values) => {
    const sum = values.reduce((total, value) => total + Math.abs(value), 0);
    return { kind: 'residual', scales: Float32Array.of(values.length === 0 ? 0 : sum / values.length) };
  },
  forward: (ops, x) => ops.mul(ops.sign(x), ops.mean(ops.abs(x), [1])),
};

/** By the title of the law that it breaks, and no other: where a site has no scale, one takes 1, one pools it. */
export const brokenDynamic: Readonly<Record<string, Quantizer>> = {
  'measures its parameters on every call': {
    ...measuring,
    forward: (ops, x, site) => ops.mul(ops.sign(x), givenScale(site) ?? ops.constant(1)),
  },
  'treats each row on its own': {
    ...measuring,
    forward: (ops, x, site) => ops.mul(ops.sign(x), givenScale(site) ?? pooledScale(ops, x)),
  },
};

function givenScale<T>({ parameters }: Site<T>): T | undefined {
  return parameters.kind === 'residual' ? parameters.scales[0] : undefined;
}

function pooledScale<T>(ops: Ops<T>, x: T): T {
  return ops.mean(ops.abs(x));
}
