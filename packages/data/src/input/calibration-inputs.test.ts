import { expect, it } from 'vitest';

import { calibrationInputs } from './calibration-inputs.js';

it('makes inputs of what a model declares, with −1 for a size that is not known', () => {
  const declared = [{ name: 'x', type: 'float32', shape: ['batch', null, 3], scaledBy: 'r' }];
  expect(calibrationInputs(declared, 'm.onnx')).toEqual([
    { name: 'x', type: 'float32', shape: ['batch', -1, 3], scaledBy: 'r' },
  ]);
});

it.each([
  ['m.onnx', []],
  ['m.onnx: input x', [{ name: 'x', type: 'float32', shape: null }]],
])('refuses %s without inputs, or without their axes', (where, declared) => {
  expect(() => calibrationInputs(declared, 'm.onnx')).toThrow(
    expect.objectContaining({ code: 'invalid-argument', where }),
  );
});

it.each([
  ['sequenceType', 'sequence', null],
  ['sequencetype', 'sequence', null],
  ['optionalType', 'optional', null],
  ['STRING', 'strings', [2, 1]],
])(
  'refuses inputs of the type %s, for which no file holds data, with what helps',
  (type, received, shape) => {
    expect(() => calibrationInputs([{ name: 't', type, shape }], 'm.onnx')).toThrow(
      expect.objectContaining({
        where: 'm.onnx: input t',
        received,
        remedy: expect.stringContaining('extract_model') as string,
      }),
    );
  },
);
