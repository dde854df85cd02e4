import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildModel, counting } from '../../../test/helpers/build-model.js';
import { noise, runModel } from '../../../test/helpers/run-model.js';
import { makeNode } from '../../graph/make-node.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { writeModel } from '../../model/write-model.js';
import { foldModel } from '../fold-model.js';

test.each([
  ['rows, again and from the end', 0, [4], [3, 0, 0, -1], [4, 3, 5]],
  ['one place', 1, [], [-2], [4, 5]],
  ['an axis in the middle', 1, [3], [2, 0, -3], [4, 3, 5]],
  ['the last axis by a matrix', -1, [2, 2], [0, 4, -5, 1], [4, 3, 2, 2]],
])('constants gathered with constant indices are folded: %s', async (_, axis, dims, indices, shape) => {
  const model = buildModel({
    nodes: [
      makeNode({ op: 'Gather', inputs: ['c', 'i'], outputs: ['g'], attributes: { axis } }),
      makeNode({ op: 'Add', inputs: ['x', 'g'], outputs: ['y'] }),
    ],
    initializers: [counting('c', [4, 3, 5]), makeTensor('i', 7, dims, indices)],
    inputs: { x: [1] },
    outputs: { y: shape },
  });
  const feeds = { x: noise([1], seededRandom(1)) };
  const before = await runModel(writeModel(model), feeds);
  foldModel(model);
  expect(model.proto.graph!.node.map(({ opType }) => opType)).toEqual(['Add']);
  expect(model.proto.graph!.initializer.map((tensor) => tensor.dims)).toEqual([shape.map(BigInt)]);
  expect(await runModel(writeModel(model), feeds)).toEqual(before);
});
