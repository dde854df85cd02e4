import type { Quantizer } from '@lowbit/core';
import { arrayOps, nearestLevel, type ArrayTensor, type Ops } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { asCodebook, honest } from '../../test/broken-quantizers.js';
import { failingLaws } from '../../test/failing-laws.js';
import { forwardLaws, type ForwardLawOptions } from './forward-laws.js';

/** Gradient 1 where |x| ≤ 1, as its own. */
const clipping: Quantizer = {
  ...honest,
  backward: (ops, x, dy) => ({ x: ops.where(ops.greater(ops.abs(x), ops.constant(1)), ops.constant(0), dy) }),
};

async function failuresOf(
  quantizer: Quantizer,
  options?: ForwardLawOptions,
  ops: Ops<ArrayTensor> = arrayOps,
) {
  const failures = await failingLaws(forwardLaws(quantizer, ops, (tensor) => tensor, options));
  return failures.map(({ title }) => title);
}

describe('forwardLaws', () => {
  it('finds nothing wrong with honest quantizers', async () => {
    expect(await failuresOf(honest)).toEqual([]);
    expect(await failuresOf({ ...honest, bits: { weight: [8, 16] } })).toEqual([]);
    expect(await failuresOf({ ...honest, fit: (values, { bits }) => asCodebook(values, bits) })).toEqual([]);
    expect(await failuresOf(clipping, { gradient: 'own' })).toEqual([]);
  });

  it('finds a forward pass that differs from decode after encode', async () => {
    const broken: Quantizer = {
      ...honest,
      forward: (ops, x, { parameters }) => ops.mul(nearestLevel(ops, x, parameters), ops.constant(1.001)),
    };
    expect(await failuresOf(broken)).toEqual(['forward equals decode after encode']);
  });

  it('finds a forward pass in which infinite activations are lost', async () => {
    const broken: Quantizer = {
      ...honest,
      roles: ['activation'],
      bits: { activation: [4] },
      forward: (ops, x, { parameters }) =>
        ops.add(nearestLevel(ops, x, parameters), ops.mul(ops.sub(x, x), ops.constant(0))),
    };
    expect(await failuresOf(broken)).toEqual(['gives infinite activations the outermost levels']);
  });

  it('finds a gradient that is not straight-through and was not claimed', async () => {
    expect(await failuresOf(clipping)).toEqual(['passes the gradient straight through']);
  });

  it('finds a gradient that depends on the interpreter, and one of the wrong size', async () => {
    const other: Ops<ArrayTensor> = { ...arrayOps, abs: (a) => a };
    expect(await failuresOf(clipping, { gradient: 'own' }, other)).toEqual([
      'has one gradient in every interpreter',
    ]);
    const scalar: Quantizer = { ...honest, backward: (ops, _x, dy) => ({ x: ops.mean(dy) }) };
    expect(await failuresOf(scalar, { gradient: 'own' })).toEqual(['has one gradient in every interpreter']);
  });
});
