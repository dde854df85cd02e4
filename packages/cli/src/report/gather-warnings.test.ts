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
    '2 weights: far out',
    'c: odd',
  ]);
});
