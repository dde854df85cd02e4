import { expect, it } from 'vitest';

import { defaultFolder, outputPlace } from './output-place.js';

it('names the result for the model and its bits, beside it', () => {
  expect(defaultFolder('models/model.json', 8)).toBe('models/model_q8');
  expect(defaultFolder('models/net', 4)).toBe('models/net_q4');
  expect(defaultFolder('models/net/', 4)).toBe('models/net_q4');
  expect(defaultFolder('mobilenet_v1.0', 4)).toBe('mobilenet_v1.0_q4');
  expect(defaultFolder('.', 2)).toBe(`${process.cwd()}_q2`);
  expect(defaultFolder('model.json', 'progressive:from=8,to=2')).toBe('model_progressive');
});

it('takes a folder, or the JSON in it', () => {
  expect(outputPlace('out/')).toEqual({ folder: 'out/', file: 'out/model.json' });
  expect(outputPlace('out/small.json')).toEqual({ folder: 'out', file: 'out/small.json' });
  expect(outputPlace('small.json')).toEqual({ folder: '.', file: 'small.json' });
  expect(() => outputPlace('small.onnx')).toThrow(/a folder, or a name that ends in \.json/);
});
