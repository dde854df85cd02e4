import { quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

const size = 32;

function weight(seed: number) {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: size * size }, () => 2 * random() - 1);
  return makeTensor('w', DataType.FLOAT, [size, size], values);
}

const product = (output: string) => makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: [output] });

const branch = (name: string, own: boolean) =>
  buildGraph({
    name,
    nodes: [product(name)],
    initializers: own ? [weight(name.length)] : [],
    outputs: { [name]: [2, size] },
  });

const model = (elseHasItsOwn: boolean) =>
  buildBytes({
    nodes: [
      product('h'),
      makeNode({
        op: 'If',
        inputs: ['c'],
        outputs: ['i'],
        attributes: {
          // In this order, as onnx writes them: onnxruntime fails to run the other.
          else_branch: { graph: branch('second', elseHasItsOwn) },
          then_branch: { graph: branch('first', true) },
        },
      }),
      makeNode({ op: 'Add', inputs: ['h', 'i'], outputs: ['y'] }),
    ],
    initializers: [weight(1)],
    inputs: { x: [2, size], c: [] },
    types: { c: DataType.BOOL },
    outputs: { y: [2, size] },
  });

test.each([
  ['each has its own', true, ['w', 'If_1/then_branch/w', 'If_1/else_branch/w']],
  ['the other takes the one around both, as onnxruntime then does for each', false, ['w']],
])('a weight of a branch hides another and %s', async (_, own, ids) => {
  const bytes = model(own);
  const { model: result, report } = await quantize(onnx(bytes), { weights: plainMinMax, bits: 8 });
  expect(report.weights.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(report.weights[0]!.storageReason.includes('nothing reads them')).toBe(!own);
  for (const chosen of [true, false]) {
    const feeds = { x: noise([2, size], seededRandom(5)), c: new ort.Tensor('bool', [chosen], []) };
    const [before, after] = [await runModel(bytes, feeds), await runModel(result.bytes, feeds)];
    const largest = Math.max(...before.get('y')!.map(Math.abs));
    before.get('y')!.forEach((value, i) => {
      expect(Math.abs(value - after.get('y')![i]!)).toBeLessThan(0.02 * largest);
    });
  }
});
