import { quantizerLaws } from '@lowbit/conformance';
import { chooseQuantizer, type Quantizer } from '@lowbit/core';
import { describe, expect, it } from 'vitest';
import { minMax, registry, ul2q } from './index.js';

const quantizers = registry.list().filter((plugin): plugin is Quantizer => plugin.kind === 'quantizer');

describe('registry', () => {
  it('holds every method by its name', () => {
    expect(registry.list().map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'quantizer min-max',
      'quantizer absmax',
      'quantizer fixed-point',
      'quantizer percentile',
      'quantizer mse',
      'quantizer moving-average',
      'quantizer dynamic',
      'quantizer ul2q',
    ]);
  });

  it('resolves names with options', () => {
    expect(chooseQuantizer('ul2q', registry).options).toEqual({ lambda: 'exact' });
    expect(chooseQuantizer('ul2q:lambda=paper', registry).options).toEqual({ lambda: 'paper' });
    expect(chooseQuantizer('min-max:zeroPoint=real', registry).options).toEqual({
      refine: 'least-squares',
      zeroPoint: 'real',
    });
    expect(chooseQuantizer(minMax({ zeroPoint: 'real' }), registry).options).toEqual({
      refine: 'least-squares',
      zeroPoint: 'real',
    });
    expect(chooseQuantizer(ul2q({ lambda: 'code' }), undefined).options).toEqual({ lambda: 'code' });
  });

  it.each(['ul2q:lambda=best', 'min-max:zeropoint=real', 'absmax:levels=3'])('refuses %s', (choice) => {
    expect(() => chooseQuantizer(choice, registry)).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  it.each(quantizers)('tells what $name is', ({ summary, paper }) => {
    expect(summary).toBeTruthy();
    expect(paper).toMatch(/doi:|arXiv:/);
  });

  describe.each(quantizers)('$name', (quantizer) => {
    for (const law of quantizerLaws(quantizer)) it(law.title, law.run);
  });
});
