import type { Quantizer } from '@lowbit/core';
import { arrayOps } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { brokenDynamic, measuring } from '../../test/broken-dynamic.js';
import { honest } from '../../test/broken-quantizers.js';
import { failingLaws } from '../../test/failing-laws.js';
import { dynamicLaws } from './dynamic-laws.js';
import { forwardLaws } from './forward-laws.js';

async function failuresOf(quantizer: Quantizer) {
  return failingLaws(forwardLaws(quantizer, arrayOps, (tensor) => tensor));
}

describe('dynamicLaws', () => {
  it('has a broken quantizer for each law', () => {
    const laws = dynamicLaws(measuring, arrayOps, (tensor) => tensor);
    expect(laws.map(({ title }) => title)).toEqual(Object.keys(brokenDynamic));
  });

  it('finds nothing wrong with an honest quantizer', async () => {
    expect(await failuresOf(measuring)).toEqual([]);
  });

  it('has nothing to say of quantizers that measure nothing, or leave the forward pass to their scheme', () => {
    const bySchemeAlone: Quantizer = { ...honest, dynamic: true };
    expect(dynamicLaws(honest, arrayOps, (tensor) => tensor)).toEqual([]);
    expect(dynamicLaws(bySchemeAlone, arrayOps, (tensor) => tensor)).toEqual([]);
  });

  it.each(Object.entries(brokenDynamic))('finds that one is broken: %s', async (title, quantizer) => {
    expect(await failuresOf(quantizer)).toEqual([{ title, message: expect.any(String) }]);
  });
});
