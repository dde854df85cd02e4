import { readFileSync } from 'node:fs';
import { type Slicing, decode, encode } from '@lowbit/core';
import { optionsOf, seededRandom, type Quantizer } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { apply } from '../test/apply.js';
import { expectNear } from '../test/expect-near.js';
import { bnn, bwn, dorefa, twn, xnor } from './index.js';

interface WithGradient {
  values: number[];
  gradient: number[];
}

interface Golden {
  kernel: { shape: number[]; values: number[] };
  activations: number[];
  upstream: number[];
  signOfActivations: WithGradient;
  scaledSignsOfChannels: number[];
  signsOfTernary: number[];
  dorefaWeights: Record<string, number[]>;
  dorefaActivations: Record<string, WithGradient>;
}

const file = new URL('../fixtures/golden-larq.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const outputChannels = { axes: [3] };

function decodedKernel(quantizer: Quantizer, bits: number, slicing: Slicing): number[] {
  const { shape, values } = golden.kernel;
  const context = {
    role: 'weight',
    bits,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  const fit = (slice: Float32Array) => quantizer.fit(slice, context);
  return [...decode(encode(Float32Array.from(values), shape, slicing, { bits, fit }))];
}

function expectActivations(quantizer: Quantizer, bits: number, expected: WithGradient): void {
  const { forward, gradientOf } = apply(quantizer, golden.activations, bits, 'activation');
  expectNear(forward, expected.values);
  expectNear(gradientOf(golden.upstream), expected.gradient);
}

describe('equals Larq', () => {
  it('sign of activations and its gradient', () => {
    expectActivations(bnn(), 1, golden.signOfActivations);
  });

  it.each([bwn(), xnor()])('$name: signs times the mean size of each output channel', (quantizer) => {
    expectNear(decodedKernel(quantizer, 1, outputChannels), golden.scaledSignsOfChannels);
  });

  it('signs of ternary weights', () => {
    expect(decodedKernel(twn(), 2, 'tensor').map((value) => Math.sign(value) + 0)).toEqual(
      golden.signsOfTernary.map((sign) => sign + 0),
    );
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('DoReFa weights, %i bits', (bits) => {
    expectNear(decodedKernel(dorefa({ scale: 'paper' }), bits, 'tensor'), golden.dorefaWeights[bits]!);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('DoReFa activations and their gradient, %i bits', (bits) => {
    expectActivations(dorefa({ scale: 'paper' }), bits, golden.dorefaActivations[bits]!);
  });
});
