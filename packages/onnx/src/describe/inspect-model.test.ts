import { expect, it } from 'vitest';
import { buildBytes, counting } from '../../test/helpers/build-model.js';
import { readModel } from '../read/read-model.js';
import { DataType } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { inspectModel } from './inspect-model.js';
import { skipReasons } from './skip-reasons.js';

it('tells what a model holds', () => {
  const bytes = buildBytes(
    {
      nodes: [
        makeNode({ op: 'MatMul', name: 'product', inputs: ['x', 'w'], outputs: ['m'] }),
        makeNode({ op: 'Relu', inputs: ['m'], outputs: ['r'] }),
        makeNode({ op: 'Relu', inputs: ['r'], outputs: ['y'] }),
      ],
      initializers: [counting('w', [4, 6]), makeTensor('unused', DataType.INT4, [3], [1, 2, 3])],
      inputs: { x: ['batch', 4] },
      outputs: { y: [1, 6] },
      types: { y: DataType.FLOAT16 },
    },
    { ir: 10, opset: 21, domains: { 'com.microsoft': 1 } },
  );
  expect(inspectModel(readModel(bytes, 'm.onnx'))).toEqual({
    name: 'm.onnx',
    ir: 10,
    opset: 21,
    opsets: { 'ai.onnx': 21, 'com.microsoft': 1 },
    producer: { name: 'test', version: '' },
    inputs: [{ name: 'x', type: 'FLOAT', shape: ['batch', 4] }],
    outputs: [{ name: 'y', type: 'FLOAT16', shape: [1, 6] }],
    operators: [
      { op: 'Relu', domain: 'ai.onnx', count: 2 },
      { op: 'MatMul', domain: 'ai.onnx', count: 1 },
    ],
    parameters: {
      count: 27,
      bytes: 98,
      types: [
        { type: 'FLOAT', tensors: 1, count: 24, bytes: 96 },
        { type: 'INT4', tensors: 1, count: 3, bytes: 2 },
      ],
    },
    totalBytes: bytes.length,
    quantizable: [{ id: 'w', layer: 'product', op: 'MatMul', shape: [4, 6], type: 'FLOAT', bytes: 96 }],
    quantizableBytes: 96,
    skipped: [{ reason: skipReasons.noWeights, op: 'Relu', count: 2, subjects: ['Relu_1', 'Relu_2'] }],
  });
});
