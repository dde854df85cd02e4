import type { Quantizer } from '@lowbit/core';
import type { Law } from '../law.js';
import { codingLaws } from './coding.js';
import { declarationLaws } from './declaration.js';
import { dynamicRangeLaws } from './dynamic-range.js';
import { dynamicSignsLaws } from './dynamic-signs.js';
import { edgeLaws } from './edges.js';
import { equivarianceLaws } from './equivariance.js';
import { gridLaws } from './grids.js';
import type { QuantizerLawOptions } from './options.js';
import { parameterLaws } from './parameters.js';
import { purityLaws } from './purity.js';
import { rangeLaws } from './range.js';
import { refitLaws } from './refit.js';
import { rowLaws } from './rows.js';
import { tensorLaws } from './tensor.js';

/**
 * The laws that every quantizer keeps, and those that it claims by `options`. Each looks at every width that
 * the quantizer offers.
 *
 * @example
 * for (const law of quantizerLaws(myQuantizer(), { equivariant: ['scale'] })) test(law.title, law.run);
 */
export function quantizerLaws(quantizer: Quantizer, options: QuantizerLawOptions = {}): readonly Law[] {
  const { equivariant = [], exact = ['constant', 'zero'], slack = 1.1 } = options;
  return [
    ...declarationLaws(quantizer),
    ...parameterLaws(quantizer),
    ...purityLaws(quantizer),
    ...codingLaws(quantizer, slack),
    ...edgeLaws(quantizer, exact),
    ...equivarianceLaws(quantizer, equivariant),
    ...gridLaws(quantizer),
    ...dynamicRangeLaws(quantizer),
    ...dynamicSignsLaws(quantizer),
    ...rangeLaws(quantizer),
    ...rowLaws(quantizer),
    ...tensorLaws(quantizer),
    ...refitLaws(quantizer),
  ];
}
