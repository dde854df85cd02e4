import { expect, it } from 'vitest';

import { inspectKeras, readKeras } from '../src/index.js';
import { failure } from './support.js';

const model = (name: string, layer: string) =>
  `{"class_name": "Sequential", "config": {"name": ${name}, "layers": [
    {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 5, 3], "name": "start"}}, ${layer}]}}`;

it('numbers that Python writes as words are read, and words in texts stay what they are', async () => {
  const relu = `{"class_name": "ReLU", "config": {"name": "\\"NaN\\", Infinity", "max_value": Infinity}}`;
  const { name, network } = await readKeras({ topology: model('"-Infinity NaN"', relu) });
  expect(name).toBe('-Infinity NaN');
  expect(network.layers[1]).toMatchObject({ name: '"NaN", Infinity', config: { max_value: null } });
});

it.each([
  ['ReLU', '"negative_slope": NaN', 'negative_slope'],
  ['ReLU', '"max_value": -Infinity', 'max_value'],
  ['Masking', '"mask_value": Infinity', 'mask_value'],
  ['Rescaling', '"scale": [1, 1e999, 1]', 'scale'],
])('%s with %s is refused by its name', async (className, setting, member) => {
  const layer = `{"class_name": "${className}", "config": {"name": "odd", ${setting}}}`;
  const given = { topology: model('"m"', layer) };
  const error = await failure(readKeras(given));
  expect(error).toMatchObject({ code: 'layer-unsupported', where: 'odd' });
  expect(error.received).toContain(`${className} with a number in ${member}`);
  expect((await inspectKeras(given)).problems).toEqual(error.problems);
});

it.each(['{"class_name": NaN', '[Infinity', '"', 'NaN', `{"a": ${'"\\'.repeat(100_000)}`])(
  'what is no JSON of Python either stays malformed: %#',
  async (topology) => {
    expect(await failure(readKeras({ topology }))).toMatchObject({ code: 'model-malformed' });
  },
);
