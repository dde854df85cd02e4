import { quantize, seededRandom } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/index.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';

const size = 64;
const random = seededRandom(3);
const noise = (count: number, by = 1) =>
  Float32Array.from({ length: count }, () => by * (random() + random() - 1));
const node = (op: string, inputs: string[], output: string) => makeNode({ op, inputs, outputs: [output] });

/** @param outlier What each row of the middle matrix holds beside values of 0.2, for an input that is nearly 0. */
function modelOf(outlier: number): Uint8Array {
  const [first, middle, last] = [
    noise(16 * size, 0.3),
    noise(size * 2 * size, 0.2),
    noise(2 * size * 4, 0.2),
  ];
  for (let row = 0; row < 16; row++) first[row * size + 3]! *= 1e-5;
  for (let column = 0; column < 2 * size; column++) middle[3 * 2 * size + column]! += outlier;
  return buildBytes({
    nodes: [
      node('MatMul', ['x', 'first'], 'a'),
      node('Relu', ['a'], 'b'),
      node('MatMul', ['b', 'middle'], 'c'),
      node('Relu', ['c'], 'd'),
      node('MatMul', ['d', 'last'], 'y'),
    ],
    initializers: [
      makeTensor('first', DataType.FLOAT, [16, size], first),
      makeTensor('middle', DataType.FLOAT, [size, 2 * size], middle),
      makeTensor('last', DataType.FLOAT, [2 * size, 4], last),
    ],
    inputs: { x: ['n', 16] },
    outputs: { y: ['n', 4] },
  });
}

it.each([
  ['more bits where these are enough', 5, { bits: 8 }],
  [
    'the weight that ruins the network with 8 bits too, although it is most of the model',
    500,
    { exclude: ['middle'] },
  ],
])('what to try is %s, and is usable', async (_, outlier, next) => {
  const bytes = modelOf(outlier);
  const data = [{ inputs: { x: { shape: [32, 16], data: noise(32 * 16) } } }];
  const verdict = async (recipe: object) => {
    const port = onnx(bytes, { ort: ort as never as OrtRuntime });
    return (await quantize(port, { registry, weights: 'min-max', data, ...recipe })).report.verdict!;
  };
  const found = await verdict({ bits: 4, rounding: 'nearest' });
  expect(found).toMatchObject({ grade: 'probably-unusable', next });
  expect(found.weights?.worst).toMatchObject({ id: 'middle', wider: { bits: 8 } });
  expect((await verdict({ bits: 4, ...found.next })).grade).toBe('probably-usable');
});
