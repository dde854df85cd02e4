import { expect, it } from 'vitest';

import { sampleReport, sampleWeight } from '../../test/sample-report.js';
import { gatherWarnings } from './gather-warnings.js';

it('draws the same words about several weights together', () => {
  const weights = ['a', 'b', 'c'].map((id) =>
    sampleWeight({ id, warnings: [id === 'c' ? 'odd' : 'far out'] }),
  );
  const warnings = ['of the model', 'a: far out', 'b: far out', 'c: odd'];
  expect(gatherWarnings(sampleReport(weights, { warnings }))).toEqual([
    'of the model',
    '2 weights (a, b): far out',
    'c: odd',
  ]);
});

it('draws those about activations together too, apart from weights', () => {
  const warned = (tensor: string) => ({
    ...{ id: tensor, tensor, bits: 8, quantizer: 'min-max', reason: '8 bits', float: true as const },
    warnings: ['one value there'],
  });
  const activations = [warned('x'), warned('y')];
  const weights = [sampleWeight({ id: 'a', warnings: ['far out'] })];
  const warnings = ['a: far out', 'x: one value there', 'y: one value there'];
  expect(gatherWarnings(sampleReport(weights, { activations, warnings }))).toEqual([
    'a: far out',
    '2 activations (x, y): one value there',
  ]);
});
