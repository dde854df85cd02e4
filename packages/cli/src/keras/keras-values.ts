import { calibrationInputs, type CalibrationInput } from '@lowbit/data';
import type { KerasModel } from '@lowbit/keras';

/** What a model of Keras takes, in the form that data are read for. Halves and doubles are computed in float32. */
export function kerasInputs({ network }: KerasModel, file: string): readonly CalibrationInput[] {
  const inputs = network.inputs.map(({ layer: name }) => {
    const { dtype, batch_input_shape: shape } = network.layers.find((layer) => layer.name === name)!.config;
    const isWhole = /^u?int|^bool/.test(String(dtype));
    const sizes = Array.isArray(shape) ? (shape as readonly (number | null)[]) : null;
    return { name, type: isWhole ? String(dtype) : 'float32', shape: sizes };
  });
  return calibrationInputs(inputs, file);
}
