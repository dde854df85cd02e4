import { isLowbitError, type Problem } from '@lowbit/core';
import { readKeras, type CustomLayer } from '@lowbit/keras';
import { expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';

/** Why a model cannot become ONNX in which a hook says what a layer is that two others follow. */
async function refusals(custom: CustomLayer): Promise<readonly Problem[]> {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'given', batch_input_shape: [null, 3], dtype: 'float32' } },
    { class_name: 'Custom>Own', config: { name: 'own' } },
    { class_name: 'Rescaling', config: { name: 'twice', scale: 2, offset: 0 } },
    { class_name: 'Activation', config: { name: 'cut', activation: 'relu' } },
  ];
  const topology = { class_name: 'Sequential', config: { name: 'model', layers } };
  const model = await readKeras({ topology }, { customLayers: { Own: () => custom } });
  try {
    await toOnnx(model);
  } catch (error) {
    if (isLowbitError(error)) return error.problems;
    throw error;
  } finally {
    model.close();
  }
  return [];
}

it.each<CustomLayer>([{ className: 'Own' }, { className: 'Own', outputShape: [null, 3] }])(
  'a class of one’s own is refused, and nothing behind it: %o',
  async (custom) => {
    expect(await refusals(custom)).toEqual([
      {
        code: 'layer-unsupported',
        where: 'own',
        expected: 'a layer that standard operators of ONNX compute as Keras does',
        received: 'Own',
        remedy:
          'Let the hook that names this class give one of Keras that computes the same: ONNX knows no layers of your own.',
      },
    ]);
  },
);

it('a class of Keras in its place is written', async () => {
  expect(await refusals({ className: 'Rescaling', config: { scale: 3, offset: 1 } })).toEqual([]);
});
