import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildGraph, buildProto } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { checkGraph } from '../model/check-graph.js';
import { readModel } from '../read/read-model.js';
import {
  createFunction,
  createOperatorSet,
  DataType,
  type NodeProto,
  serializeModel,
} from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { writeModel } from '../model/write-model.js';
import { foldOrdered } from './fold-model.js';

const size = 8;

function constant(name: string, dims: number[]): NodeProto {
  const random = seededRandom(name.length);
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => 2 * random() - 1);
  const tensor = makeTensor('', DataType.FLOAT, dims, values);
  return makeNode({ op: 'Constant', inputs: [], outputs: [name], attributes: { value: { tensor } } });
}

const node = (op: string, inputs: string[], output: string) => makeNode({ op, inputs, outputs: [output] });

/** y = D(x), where D(x) = (x · w + shift) · factor. */
function modelWithFunction(): Uint8Array {
  const dense = createFunction({
    name: 'D',
    domain: 'local',
    input: ['x'],
    output: ['y'],
    opsetImport: [createOperatorSet('', 17)],
    node: [
      constant('w', [size, size]),
      constant('shift', [size]),
      constant('factor', [size]),
      node('MatMul', ['x', 'w'], 'product'),
      node('Add', ['product', 'shift'], 'sum'),
      node('Mul', ['sum', 'factor'], 'y'),
    ],
  });
  const call = makeNode({ op: 'D', inputs: ['x'], outputs: ['y'], domain: 'local' });
  const graph = buildGraph({ nodes: [call], inputs: { x: [2, size] }, outputs: { y: [2, size] } });
  const proto = buildProto(graph, { domains: { local: 1 } });
  proto.functions = [dense];
  return serializeModel(proto, 'test');
}

test('a function of the model computes the same with fewer nodes, and its constants stay nodes', async () => {
  const bytes = modelWithFunction();
  const feeds = { x: noise([2, size], seededRandom(1)) };
  const before = (await runModel(bytes, feeds)).get('y') as Float32Array;
  const model = readModel(bytes);
  const { order } = foldOrdered(model, checkGraph(model.proto, model.name));
  expect(model.proto.functions[0]?.node.map(({ opType }) => opType)).toEqual([
    'Constant',
    'Constant',
    'MatMul',
    'Add',
  ]);
  expect(order).toEqual(checkGraph(model.proto, model.name));
  const after = (await runModel(writeModel(model), feeds)).get('y') as Float32Array;
  after.forEach((value, index) => expect(value).toBeCloseTo(before[index] as number, 5));
});
