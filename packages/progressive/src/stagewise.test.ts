import { policyLaws } from '@lowbit/conformance';
import type { LayerDescriptor } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { stagewise } from './stagewise.js';

const layers = Array.from({ length: 6 }, (_, depth): LayerDescriptor => {
  const shape = depth === 4 ? [8, 1, 3, 3] : [8, 8, 3, 3];
  const weight = { id: `w${depth}`, kernel: 'kernel', shape, outputAxes: [0], inputAxis: 1 } as const;
  const read = () => new Float32Array(0);
  return { id: `l${depth}`, op: 'Conv', depth, weights: [{ ...weight, storedBytes: 4, read }], sites: [] };
});
const draft = layers.map((_, i) => ({ id: `w${i}`, bits: 8, reason: 'default' }));
const bitsOf = (policy: ReturnType<typeof stagewise>) =>
  policy.assign(draft, layers, { options: {} }).map(({ bits }) => bits);

describe('stagewise', () => {
  it('gives stages of equal depth their widths', () => {
    expect(bitsOf(stagewise({ widths: [4, 3, 2] }))).toEqual([4, 4, 3, 3, 4, 2]);
    expect(bitsOf(stagewise({ widths: [1, 2, 4], depthwise: 1 }))).toEqual([1, 1, 2, 2, 4, 4]);
  });

  it('says why', () => {
    const [first, , , , depthwise] = stagewise({ widths: [8, 2] }).assign(draft, layers, { options: {} });
    expect(first!.reason).toBe('stage 1 of 2: 8 bits');
    expect(depthwise!.reason).toBe('stage 2 of 2: 2 bits; 4 bits, as each output reads one channel');
  });

  it.each([
    { widths: [] },
    { widths: [4, 0] },
    { widths: [17] },
    { widths: [2.5] },
    { widths: [2], depthwise: 0 },
  ])('refuses %j', (options) => {
    expect(() => stagewise(options)).toThrowError(expect.objectContaining({ code: 'unsupported-bits' }));
  });

  for (const law of policyLaws(stagewise({ widths: [8, 4, 2] }))) it(law.title, law.run);
});
