import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { DataType, node, tensor } from '../structures/build.js';
import { operatorsWithWeights } from './constant-weights.js';

const matrix = (name: string) => tensor(name, DataType.FLOAT, [2, 2], new Float32Array(4));

/** `fed` takes one constant that is an input of the graph too. */
function modelOf(irVersion: bigint, opType = 'Gemm'): Uint8Array {
  const nodes = [node('MatMul', ['x', 'own'], ['y']), node(opType, ['y', 'fed'], ['z'])];
  const input = [create(ValueInfoProtoSchema, { name: 'fed' })];
  const graph = { node: nodes, input, initializer: [matrix('own'), matrix('fed')] };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion, graph }));
}

test('weights that may be given from outside are none, but where every constant is an input', () => {
  expect([...operatorsWithWeights(modelOf(8n))]).toEqual(['MatMul']);
  expect([...operatorsWithWeights(modelOf(3n))]).toEqual(['MatMul', 'Gemm']);
  expect([...operatorsWithWeights(modelOf(3n, 'Add'))]).toEqual(['MatMul']);
});
