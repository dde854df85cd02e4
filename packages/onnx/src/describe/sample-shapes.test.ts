import { expect, test } from 'vitest';
import * as ort from 'onnxruntime-web';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { modelEditor } from '../graph/model-editor.js';
import { readModel } from '../read/read-model.js';
import {
  createValueInfo,
  DataType,
  type GraphProto,
  type ModelProto,
  serializeModel,
} from '../schema/proto.js';
import { buildGraph, buildProto } from '../../test/helpers/build-model.js';
import { sampleShapes } from './sample-shapes.js';

ort.env.wasm.numThreads = 1;
const ones = (name: string, ...dims: number[]) =>
  makeTensor(name, DataType.FLOAT, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1));
const list = (name: string, ...values: number[]) => makeTensor(name, DataType.INT64, [values.length], values);
const node = (op: string, inputs: string[], output: string, attributes = {}) =>
  makeNode({ op, inputs, outputs: [output], attributes });

/** Every kind of rule, each value an output: x [1, 3, 13, 17]. */
const nodes = [
  node('Conv', ['x', 'k', 'kb'], 'strided', { strides: [2, 3], pads: [1, 0, 2, 1], dilations: [2, 1] }),
  node('Conv', ['x', 'k'], 'same', { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  node('Relu', ['same'], 'r'),
  node('Mul', ['r', 'kb1'], 'scaled'),
  node('MaxPool', ['r'], 'pooled', { kernel_shape: [3, 2], strides: [2, 2] }),
  node('ConvTranspose', ['r', 't'], 'up', { strides: [2, 2], kernel_shape: [2, 2] }),
  node('GlobalAveragePool', ['pooled'], 'whole'),
  node('ReduceMean', ['pooled'], 'mean', { axes: [2, -1], keepdims: 0 }),
  node('Flatten', ['whole'], 'flat'),
  node('Gemm', ['flat', 'g'], 'dense', { transB: 1 }),
  node('Reshape', ['pooled', 'rows'], 'tokens'),
  node('Transpose', ['tokens'], 'turned', { perm: [0, 2, 1] }),
  node('MatMul', ['turned', 'm'], 'product'),
  node('Softmax', ['product'], 'shares'),
  node('Concat', ['shares', 'product'], 'both', { axis: -1 }),
  node('Slice', ['both', 'from', 'to', 'axis'], 'part'),
  node('Unsqueeze', ['part', 'axis'], 'more'),
  node('Gather', ['table', 'ids'], 'rows2'),
  node('LSTM', ['product', 'lw', 'lr'], 'states', { hidden_size: 4 }),
  node('GRU', ['product', 'gw', 'gr'], 'both ways', { hidden_size: 5, direction: 'bidirectional' }),
];

function modelOf(batch: number | string, side: number | string): ModelProto {
  const graph = buildGraph({
    nodes,
    initializers: [
      ...[ones('k', 8, 3, 3, 2), ones('kb', 8), ones('kb1', 8, 1, 1), ones('t', 8, 5, 2, 2), ones('g', 6, 8)],
      ...[ones('m', 8, 12), ones('table', 4, 7), list('rows', 0, 8, -1), list('from', 1), list('to', 9)],
      ...[list('axis', 2), list('ids', 1, 0, 2), ones('lw', 1, 16, 12), ones('lr', 1, 16, 4)],
      ...[ones('gw', 2, 15, 12), ones('gr', 2, 15, 5)],
    ],
    inputs: { x: [batch, 3, side, 17] },
    outputs: {},
  });
  graph.output = nodes.map(({ output: [name = ''] }) => createValueInfo(name));
  return buildProto(graph, { opset: 13 });
}

function shapesOf(proto: ModelProto) {
  const model = readModel(serializeModel(proto, 'test'));
  const main = model.proto.graph as GraphProto;
  return sampleShapes(main, modelEditor(model).graph(main), model.opset);
}

test('shapes are those that the runtime computes', async () => {
  const proto = modelOf(1, 13);
  const session = await ort.InferenceSession.create(serializeModel(proto, 'test'), {
    executionProviders: ['wasm'],
    logSeverityLevel: 4,
  });
  const outputs = await session.run({
    x: new ort.Tensor('float32', new Float32Array(3 * 13 * 17), [1, 3, 13, 17]),
  });
  const shapeOf = shapesOf(proto);
  for (const [name, { dims }] of Object.entries(outputs)) expect([name, shapeOf(name)]).toEqual([name, dims]);
});

test('samples count as one, other open sizes as 128', () => {
  const shapeOf = shapesOf(modelOf('n', 'height'));
  expect(shapeOf('same')).toEqual([1, 8, 64, 9]);
  expect(shapeOf('dense')).toEqual([1, 6]);
});
