import { expect, it } from 'vitest';

import { kerasInputs, readKeras } from '../src/index.js';
import { goldenOf, kerasCases } from './cases.js';

const cases = await kerasCases('keras3');

it.each([...cases])('tells what %s takes', async (_, files) => {
  const model = await readKeras(files.get('model.keras')!);
  const { inputs } = goldenOf(files);
  const sizes = (await kerasInputs(model)).map(({ shape }, i) =>
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
  expect(await kerasInputs(model)).toEqual([{ name: 'start', type, shape: [null, 4] }]);
});

const layer = (class_name: string, config: object) => ({ class_name, config });
const end = layer('GlobalAveragePooling2D', { name: 'end' });
const scaling = (scale: unknown, offset: unknown = 0) => layer('Rescaling', { name: 'r', scale, offset });
const sequential = (name: string, ...layers: object[]) => {
  const start = layer('InputLayer', { name: `${name}_in`, batch_shape: [null, 4, 4, 3], dtype: 'float32' });
  return layer('Sequential', { name, layers: [start, ...layers] });
};
it.each<[string, string | undefined, object[]]>([
  ['Rescaling', 'r', [scaling(1 / 127.5, -1), end]],
  ['Rescaling by channels', 'r', [scaling([1 / 255, 1 / 200, 1 / 100]), end]],
  ['Rescaling that takes a mean away', 'r', [scaling(1, -127.5), end]],
  [
    'Rescaling behind layers that keep pixels',
    'r',
    [
      layer('Resizing', { name: 'size', height: 8, width: 8 }),
      layer('RandomFlip', { name: 'flip', mode: 'horizontal' }),
      layer('ZeroPadding2D', { name: 'pad', padding: 1 }),
      scaling(1 / 255),
      end,
    ],
  ],
  ['Rescaling in a model', 'inner/r', [sequential('inner', scaling(1 / 255)), end]],
  [
    'Rescaling behind a model of augmentations',
    'r',
    [sequential('inner', layer('RandomFlip', { name: 'flip' })), scaling(1 / 255), end],
  ],
  [
    'given means of bytes',
    'n',
    [layer('Normalization', { name: 'n', mean: [123.7, 116.3, 103.5], variance: [1, 1, 1] }), end],
  ],
  [
    'the way back',
    undefined,
    [layer('Normalization', { name: 'n', mean: [120, 120, 120], variance: [1, 1, 1], invert: true }), end],
  ],
  ['Rescaling of 0 to 1', undefined, [scaling(2, -1), end]],
  [
    'Rescaling to 0 to 255, and back',
    undefined,
    [scaling(255), layer('Rescaling', { name: 's', scale: 1 / 255 }), end],
  ],
  ['Rescaling behind a layer that computes', undefined, [end, scaling(1 / 255)]],
])('tells by which layer a model scales pixels itself: %s', async (_, scaledBy, layers) => {
  const model = await readKeras({ topology: sequential('all', ...layers) as never });
  const [input] = await kerasInputs(model);
  expect(input?.scaledBy).toBe(scaledBy);
});

it('refuses what is no model', async () => {
  await expect(kerasInputs(Promise.resolve() as never)).rejects.toThrowError(
    expect.objectContaining({ code: 'invalid-argument', where: 'kerasInputs(model)' }),
  );
});
