import { checkArgument, checkOptionNames } from '@lowbit/core/adapter';
import { channelConstants } from './constants.js';
import { checkEpilogue, checkInputs, checkSteps, checkWeights } from './check-layer.js';
import { windowsOf, windowsOfDense } from './geometry.js';
import type { Conv2dLayer, DenseLayer, Operation } from './layer.js';
import { makeOperation } from './make-operation.js';
import type { Engine } from './packed-layer.js';

const ofEpilogue = ['bias', 'slopes', 'lowest', 'highest'];

/** The operation of a dense layer. */
export function denseOperation(layer: DenseLayer, engine: Engine): Operation {
  const where = 'dense(layer)';
  checkOptionNames(layer, ['weights', 'inputs', ...ofEpilogue], where);
  checkWeights(layer.weights, ['inputs', 'outputs'], where);
  const inputs = checkInputs(layer.inputs, layer.weights, where);
  checkEpilogue(layer, layer.weights.shape[1]!, where);
  const windows = windowsOfDense(layer.weights.shape);
  const constants = channelConstants(layer.weights, layer);
  const checked = { weights: layer.weights, inputs, windows, constants };
  return makeOperation(checked, engine, ['rows', 'inputs'], where);
}

/** The operation of a convolution. */
export function conv2dOperation(layer: Conv2dLayer, engine: Engine): Operation {
  const where = 'conv2d(layer)';
  const members = ['weights', 'inputs', 'strides', 'dilations', 'padding', ...ofEpilogue];
  checkOptionNames(layer, members, where);
  checkWeights(layer.weights, ['height', 'width', 'inputs', 'outputs'], where);
  const { shape } = layer.weights;
  checkArgument(shape[0]! > 0 && shape[1]! > 0, shape, {
    where: `${where}: shape of weights`,
    expected: 'a window of at least one pixel',
  });
  checkSteps(layer.strides, `${where}: strides`);
  checkSteps(layer.dilations, `${where}: dilations`);
  checkArgument([undefined, 'same', 'valid'].includes(layer.padding), layer.padding, {
    where: `${where}: padding`,
    expected: "'same' or 'valid'",
  });
  const inputs = checkInputs(layer.inputs, layer.weights, where);
  checkEpilogue(layer, shape[3]!, where);
  const checked = {
    weights: layer.weights,
    inputs,
    windows: windowsOf(layer),
    constants: channelConstants(layer.weights, layer),
  };
  return makeOperation(checked, engine, ['batch', 'height', 'width', 'channels'], where);
}
