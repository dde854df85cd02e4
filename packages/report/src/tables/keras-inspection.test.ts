import { expect, it } from 'vitest';

import { kerasInspectionText } from './keras-inspection.js';

const dense = { id: 'inside/dense', className: 'Dense', depth: 1, outputShape: [null, 8], parameters: 1032 };
const model = {
  name: 'net',
  kerasVersion: '3.15.0',
  layers: [
    { id: 'inside', className: 'Functional', depth: 0, outputShape: [null, 8], parameters: 1032 },
    dense,
    { id: 'own', className: 'Mine', depth: 0, parameters: null },
  ],
  parameters: null,
  problems: [],
  notes: [],
};

it('tells the layers of a model of Keras, those inside others further in', () => {
  expect(kerasInspectionText({ ...model, notes: ['The optimizer was left out.'] })).toBe(
    [
      'net: a model of Keras 3.15.0, an unknown number of parameters',
      '',
      'layer    class       output  parameters',
      'inside   Functional  [?, 8]       1,032',
      '  dense  Dense       [?, 8]       1,032',
      'own      Mine                         ?',
      '',
      'The optimizer was left out.',
      '',
    ].join('\n'),
  );
});

it('tells why a model cannot be read', () => {
  const problem = { code: 'layer-unsupported', where: 'own', received: 'Mine' } as const;
  const text = kerasInspectionText({ ...model, problems: [problem] });
  expect(text).toContain('\nIt cannot be imported as it is:\n  own: ');
});

it('tells a model without a name', () => {
  expect(kerasInspectionText({ ...model, name: '' })).toMatch(/^A model of Keras 3\.15\.0, /);
});

it('makes names from a file safe for a terminal', () => {
  const layers = [{ ...dense, id: 'den\u001b[31mse', className: 'De\u202Ense' }];
  const text = kerasInspectionText({ ...model, name: 'n\u0007et', layers });
  expect(text).toContain('n\u{fffd}et');
  expect(text).toMatch(/den\u{fffd}.*De\u{fffd}nse/u);
});
