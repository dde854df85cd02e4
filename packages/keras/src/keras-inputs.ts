import { checkArgument, type ModelValue } from '@lowbit/core/adapter';
import type { KerasModel } from './model.js';

/**
 * What a model takes, in its order. Halves and doubles are computed in float32.
 *
 * @throws LowbitError `invalid-argument` for what is no model that was read.
 */
export function kerasInputs(model: KerasModel): readonly ModelValue[] {
  const { inputs, layers } = (Object(model) as Partial<KerasModel>).network ?? {};
  checkArgument(Array.isArray(inputs) && Array.isArray(layers), model, {
    where: 'kerasInputs(model)',
    expected: 'a model that readKeras gave',
    remedy: 'Await readKeras(source).',
  });
  const { network } = model;
  return network.inputs.map(({ layer: name }) => {
    const { dtype, batch_input_shape: shape } = network.layers.find((layer) => layer.name === name)!.config;
    const isWhole = /^u?int|^bool/.test(String(dtype));
    const sizes = Array.isArray(shape) ? (shape as readonly (number | null)[]) : null;
    return { name, type: isWhole ? String(dtype) : 'float32', shape: sizes };
  });
}
