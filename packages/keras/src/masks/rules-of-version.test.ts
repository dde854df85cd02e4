import { describe, expect, it } from 'vitest';

import { maskRulesOf } from './rules-of-version.js';

describe('maskRulesOf', () => {
  it.each([
    ['3.0.5', 'none', false, false, false],
    ['3.3.3', 'none', false, false, false],
    ['3.4.0', 'any', true, false, false],
    ['3.7.0', 'any', true, false, false],
    ['3.8.0', 'any', true, true, false],
    ['3.10.0', 'any', true, true, false],
    ['3.11.0-dev', 'any', true, true, true],
    ['3', 'any', true, true, true],
  ])('%s', (version, behindLists, leavesOut, takesOff, keepsArgument) => {
    const isKeras3 = true;
    expect(maskRulesOf(version)).toEqual({ isKeras3, behindLists, leavesOut, takesOff, keepsArgument });
  });

  it.each(['2.21.0', '1.2.2', 'tfjs-layers 4.22.0', '', undefined])('%s has those of Keras 2', (version) => {
    expect(maskRulesOf(version)).toMatchObject({ isKeras3: false, behindLists: 'all', leavesOut: false });
  });
});
