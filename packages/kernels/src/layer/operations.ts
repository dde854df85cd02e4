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
import type { Conv2dLayer, DenseLayer, DepthwiseConv2dLayer, SequenceLayer } from './layer.js';
import { makeOperation, type PlacedOperation } from './make-operation.js';
import type { CheckedLayer, Engine } from './packed-layer.js';

const ofEpilogue = ['bias', 'slopes', 'lowest', 'highest'];
const ofWindows = ['strides', 'dilations', 'padding'];
const pictures = ['batch', 'height', 'width', 'channels'];

/** The operation of a dense layer. */
export function denseOperation(layer: DenseLayer, engine: Engine): PlacedOperation {
  const where = 'dense(layer)';
  checkOptionNames(layer, ['weights', 'inputs', ...ofEpilogue], where);
  checkWeights(layer.weights, ['inputs', 'outputs'], where, [1, 2, 4, 8]);
  const checked = checkedLayer(layer, windowsOfDense(layer.weights.shape), where);
  return makeOperation([checked], engine, ['rows', 'inputs'], where);
}

/** The operation of a convolution. */
export function conv2dOperation(layer: Conv2dLayer, engine: Engine): PlacedOperation {
  const where = 'conv2d(layer)';
  return makeOperation([checkedConv2d(layer, where)], engine, pictures, where);
}

/** The operation of a depthwise convolution. */
export function depthwiseConv2dOperation(layer: DepthwiseConv2dLayer, engine: Engine): PlacedOperation {
  const where = 'depthwiseConv2d(layer)';
  return makeOperation([checkedDepthwise(layer, where)], engine, pictures, where);
}

/** The operation of convolutions each of which takes what the one before it gives. */
export function sequenceOperation(given: readonly SequenceLayer[], engine: Engine): PlacedOperation {
  const where = 'sequence(layers)';
  checkArgument(Array.isArray(given) && given.length > 0, given, { where, expected: 'a list of layers' });
  const layers = given.map((one, at) => checkedOfSequence(one, `${where}: layer ${at}`));
  layers.slice(1).forEach(({ windows }, at) => {
    const { outputs } = layers[at]!.windows;
    checkArgument(windows.channels === outputs, windows.channels, {
      where: `${where}: inputs of layer ${at + 1}`,
      expected: `${outputs}, the outputs of the layer before it`,
    });
  });
  return makeOperation(layers, engine, pictures, where);
}

function checkedOfSequence(one: SequenceLayer, where: string): CheckedLayer {
  const kinds = { conv2d: checkedConv2d, depthwiseConv2d: checkedDepthwise } as const;
  const [kind, ...others] = Object.keys(Object(one));
  checkArgument(others.length === 0 && kind !== undefined && Object.hasOwn(kinds, kind), one, {
    where,
    expected: 'an object with one member, conv2d or depthwiseConv2d: the layer',
  });
  return 'conv2d' in one ? checkedConv2d(one.conv2d, where) : checkedDepthwise(one.depthwiseConv2d, where);
}

function checkedConv2d(layer: Conv2dLayer, where: string): CheckedLayer {
  checkOptionNames(layer, ['weights', 'inputs', ...ofWindows, ...ofEpilogue], where);
  checkWeights(layer.weights, ['height', 'width', 'inputs', 'outputs'], where);
  checkWindows(layer, where);
  return checkedLayer(layer, windowsOf(layer), where);
}

function checkedDepthwise(layer: DepthwiseConv2dLayer, where: string): CheckedLayer {
  checkOptionNames(layer, ['weights', 'inputs', ...ofWindows, ...ofEpilogue], where);
  checkWeights(layer.weights, ['height', 'width', 'inputs', 'outputs of each input'], where, [8]);
  checkWindows(layer, where);
  return checkedLayer(layer, windowsOfDepthwise(layer), where);
}

function checkWindows(
  { weights, strides, dilations, padding }: Conv2dLayer | DepthwiseConv2dLayer,
  where: string,
): void {
  const { shape } = weights;
  checkArgument(shape[0]! > 0 && shape[1]! > 0, shape, {
    where: `${where}: shape of weights`,
    expected: 'a window of at least one pixel',
  });
  checkSteps(strides, `${where}: strides`);
  checkSteps(dilations, `${where}: dilations`);
  checkPadding(padding, `${where}: padding`);
}

function checkedLayer(
  layer: DenseLayer | Conv2dLayer | DepthwiseConv2dLayer,
  windows: Windows,
  where: string,
): CheckedLayer {
  const { weights } = layer;
  const { outputs, isDepthwise } = windows;
  checkGrids(weights, outputs, where);
  const inputs = checkInputs(layer.inputs, weights, isDepthwise, where);
  checkDepth(windows, weights.bits, inputs, where);
  checkEpilogue(layer, outputs, where);
  return { weights, inputs, windows, constants: channelConstants(weights, layer, outputs) };
}
