import { checkArgument, checkOptionNames } from '@lowbit/core/adapter';
import {
  checkDepth,
  checkEpilogue,
  checkGrids,
  checkInputs,
  checkPadding,
  checkSteps,
  checkWeights,
} from './check-layer.js';
import { channelConstants } from './constants.js';
import { type Windows, windowsOf, windowsOfDense, windowsOfDepthwise } from './geometry.js';
import type { Conv2dLayer, DenseLayer, DepthwiseConv2dLayer } from './layer.js';
import { makeOperation, type PlacedOperation } from './make-operation.js';
import type { Engine } from './packed-layer.js';

const ofEpilogue = ['bias', 'slopes', 'lowest', 'highest'];
const ofWindows = ['strides', 'dilations', 'padding'];
const pictures = ['batch', 'height', 'width', 'channels'];

/** The operation of a dense layer. */
export function denseOperation(layer: DenseLayer, engine: Engine): PlacedOperation {
  const where = 'dense(layer)';
  checkOptionNames(layer, ['weights', 'inputs', ...ofEpilogue], where);
  checkWeights(layer.weights, ['inputs', 'outputs'], where);
  return operationOf(layer, windowsOfDense(layer.weights.shape), engine, ['rows', 'inputs'], where);
}

/** The operation of a convolution. */
export function conv2dOperation(layer: Conv2dLayer, engine: Engine): PlacedOperation {
  const where = 'conv2d(layer)';
  checkOptionNames(layer, ['weights', 'inputs', ...ofWindows, ...ofEpilogue], where);
  checkWeights(layer.weights, ['height', 'width', 'inputs', 'outputs'], where);
  checkWindows(layer, where);
  return operationOf(layer, windowsOf(layer), engine, pictures, where);
}

/** The operation of a depthwise convolution. */
export function depthwiseConv2dOperation(layer: DepthwiseConv2dLayer, engine: Engine): PlacedOperation {
  const where = 'depthwiseConv2d(layer)';
  checkOptionNames(layer, ['weights', ...ofWindows, ...ofEpilogue], where);
  checkWeights(layer.weights, ['height', 'width', 'inputs', 'outputs of each input'], where, [8]);
  checkWindows(layer, where);
  return operationOf(layer, windowsOfDepthwise(layer), engine, pictures, where);
}

function checkWindows({ weights, strides, dilations, padding }: DepthwiseConv2dLayer, where: string): void {
  const { shape } = weights;
  checkArgument(shape[0]! > 0 && shape[1]! > 0, shape, {
    where: `${where}: shape of weights`,
    expected: 'a window of at least one pixel',
  });
  checkSteps(strides, `${where}: strides`);
  checkSteps(dilations, `${where}: dilations`);
  checkPadding(padding, `${where}: padding`);
}

function operationOf(
  layer: DenseLayer | Conv2dLayer | DepthwiseConv2dLayer,
  windows: Windows,
  engine: Engine,
  axes: readonly string[],
  where: string,
): PlacedOperation {
  const { weights } = layer;
  const { outputs } = windows;
  checkGrids(weights, outputs, where);
  const inputs = checkInputs('inputs' in layer ? layer.inputs : undefined, weights, where);
  checkDepth(windows, weights.bits, inputs.kind, where);
  checkEpilogue(layer, outputs, where);
  const constants = channelConstants(weights, layer, outputs);
  return makeOperation({ weights, inputs, windows, constants }, engine, axes, where);
}
