import { expect, it } from 'vitest';

import { kerasInputs, readKeras } from '../src/index.js';
import { goldenOf, kerasCases } from './cases.js';

const cases = await kerasCases('keras3');

it.each([...cases])('tells what %s takes', async (_, files) => {
  const model = await readKeras(files.get('model.keras')!);
  const { inputs } = goldenOf(files);
  const sizes = kerasInputs(model).map(({ shape }, i) =>
    shape?.map((size, axis) => size ?? inputs[i]!.shape[axis]),
  );
  expect(sizes).toEqual(inputs.map(({ shape }) => shape));
  model.close();
});

it.each([
  ['float64', 'float32'],
  ['int32', 'int32'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
])('data of type %s are read as %s', async (dtype, type) => {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'start', batch_shape: [null, 4], dtype } },
    { class_name: 'Flatten', config: { name: 'flat' } },
  ];
  const model = await readKeras({
    topology: { class_name: 'Sequential', config: { name: 'small', layers } },
  });
  expect(kerasInputs(model)).toEqual([{ name: 'start', type, shape: [null, 4] }]);
});

it('refuses what is no model', () => {
  expect(() => kerasInputs(Promise.resolve() as never)).toThrowError(
    expect.objectContaining({ code: 'invalid-argument', where: 'kerasInputs(model)' }),
  );
});
