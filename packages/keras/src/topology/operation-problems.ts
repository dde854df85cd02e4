import type { Problem } from '@lowbit/core';
import { unsupported } from '../errors.js';
import { product } from '../layers/layer-class.js';
import type { Settings } from '../layers/settings.js';
import { functionAxes, rankFor } from '../layers/tensor-function.js';
import type { JsonValue, Shape } from '../model.js';
import { fitsInto, plainConstant, withTensor } from './arithmetic.js';
import type { CallDraft, NetworkDraft } from './layer-draft.js';

/** What stands against layers in the place of operations, which is seen when shapes are known. */
export function operationProblems({ calls }: NetworkDraft): readonly Problem[] {
  return calls.flatMap((call) => {
    const { layer } = call;
    if (layer.network !== undefined) return operationProblems(layer.network);
    const received = layer.raw.isOperation === true ? problemOf(call) : undefined;
    if (received === undefined) return [];
    return unsupported(layer.id, received, 'Use a layer of Keras in its place when the model is built.')
      .problems;
  });
}

function problemOf({ layer, inputShapes }: CallDraft): string | undefined {
  const { className, config, settings } = layer;
  const [left, right] = inputShapes;
  // Keras fills missing axes up in another place for layers.
  if (withTensor.includes(className) && (left === undefined || left.length !== right?.length))
    return `${className} of tensors with different numbers of axes`;
  if (className === 'Rescaling' && ![config['scale'], config['offset']].every((each) => fits(each, left)))
    return 'arithmetic with an array that has more places than the tensor';
  if (className === 'Reshape' && !keepsSamples(settings, left))
    return 'a function that makes other samples, or of a size that is not known';
  if (className === 'Dot' && (left?.length !== 3 || right?.length !== 3))
    return 'a product of tensors that are no matrices for each sample';
  const axes = functionAxes(className, settings, left);
  if (axes.every((axis) => axis > 0 && axis < rankFor(className, left!))) return undefined;
  return 'a function along the axis of the samples, or along one that there is not';
}

/** Whether a sample has as many values in the new shape; where one size is what is left, that is so. */
function keepsSamples(settings: Settings, input: Shape | undefined): boolean {
  const target = settings.integers('target_shape');
  return target.includes(-1) || (input !== undefined && product(input.slice(1)) === product(target));
}

function fits(value: JsonValue | undefined, shape: Shape | undefined): boolean {
  const constant = plainConstant(value ?? 0);
  return (
    typeof constant === 'number' ||
    (constant !== undefined && shape !== undefined && fitsInto(constant, shape))
  );
}
