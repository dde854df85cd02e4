import { checkArgument, defined, type ModelValue } from '@lowbit/core/adapter';
import { scaledBy } from './network/scaled-by.js';
import type { KerasModel } from './model.js';

/**
 * What a model takes, in its order. Halves and doubles are computed in float32. Of an input whose pictures the model scales itself, `scaledBy` names
 * the layer.
 *
 * @throws LowbitError `invalid-argument` for what is no model that was read; of reading means of a layer that normalizes.
 */
export async function kerasInputs(model: KerasModel): Promise<readonly ModelValue[]> {
  const { inputs, layers } = (Object(model) as Partial<KerasModel>).network ?? {};
  checkArgument(Array.isArray(inputs) && Array.isArray(layers), model, {
    where: 'kerasInputs(model)',
    expected: 'a model that readKeras gave',
    remedy: 'Await readKeras(source).',
  });
  const { network } = model;
  const values = network.inputs.map(async (input): Promise<ModelValue> => {
    const { layer: name } = input;
    const { dtype, batch_input_shape: shape } = network.layers.find((layer) => layer.name === name)!.config;
    const isWhole = /^u?int|^bool/.test(String(dtype));
    const sizes = Array.isArray(shape) ? (shape as readonly (number | null)[]) : null;
    const type = isWhole ? String(dtype) : 'float32';
    return { name, type, shape: sizes, ...defined({ scaledBy: await scaledBy(network, input) }) };
  });
  return Promise.all(values);
}
