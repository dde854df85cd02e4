import { quantize, seededRandom } from '@lowbit/core';
import { expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { onnx } from '../src/port.js';
import { buildBytes, counting } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

/** A convolution of opset 6, whose bias [3] is added along an axis of [2, 3, 5, 7]. */
const model = (axis: number) =>
  buildBytes(
    {
      nodes: [
        makeNode({ op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] }),
        makeNode({ op: 'Add', inputs: ['c', 'b'], outputs: ['y'], attributes: { broadcast: 1, axis } }),
      ],
      initializers: [counting('w', [3, 64, 1, 1]), counting('b', [3])],
      inputs: { x: [2, 64, 5, 7], w: [3, 64, 1, 1], b: [3] },
      outputs: { y: [2, 3, 5, 7] },
    },
    { ir: 3, opset: 6 },
  );

it('axes of old broadcasts below 0 are counted from the end', async () => {
  const x = noise([2, 64, 5, 7], seededRandom(1));
  const written = async (axis: number) => {
    const result = await quantize(onnx(model(axis)), { weights: plainMinMax, bits: 8 });
    return (await runModel(result.model.bytes, { x })).get('y');
  };
  expect(await written(-3)).toEqual(await written(1));
});
