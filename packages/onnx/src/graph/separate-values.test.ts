import { quantize, seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildBytes, buildGraph, counting } from '../../test/helpers/build-model.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { boolean, noise, runModel } from '../../test/helpers/run-model.js';
import { onnx } from '../port.js';
import { DataType } from '../schema/proto.js';
import { makeNode } from './make-node.js';

const node = (op: string, inputs: string[], output: string) => makeNode({ op, inputs, outputs: [output] });

/** A branch whose nodes define a name that the graph around it defines before; `relu` and `neg` tell them apart. */
const model = (inner: string) =>
  buildBytes({
    nodes: [
      node('MatMul', ['x', 'w'], 't'),
      makeNode({
        op: 'If',
        inputs: ['c'],
        outputs: ['z'],
        attributes: {
          else_branch: { graph: buildGraph({ nodes: [node('Relu', ['t'], 'e')], outputs: { e: [1, 32] } }) },
          then_branch: {
            graph: buildGraph({
              nodes: [node('Neg', ['x'], inner), node('Abs', [inner], 'u'), node('Add', [inner, 'u'], 'v')],
              outputs: { v: [1, 32] },
            }),
          },
        },
      }),
      node('Add', ['t', 'z'], 'y'),
    ],
    initializers: [counting('w', [32, 32])],
    inputs: { x: [1, 32], c: [] },
    types: { c: DataType.BOOL },
    outputs: { y: [1, 32] },
  });

test('a name that a branch defines again is written as one that runtimes load, with the same results', async () => {
  const x = noise([1, 32], seededRandom(1));
  await expect(runModel(model('t'), { x, c: boolean(true) })).rejects.toThrow();
  const written = async (bytes: Uint8Array) =>
    (await quantize(onnx(bytes), { weights: plainMinMax, bits: 8 })).model.bytes;
  const [hiding, plain] = [await written(model('t')), await written(model('other'))];
  for (const chosen of [true, false]) {
    const feeds = { x, c: boolean(chosen) };
    expect(await runModel(hiding, feeds)).toEqual(await runModel(plain, feeds));
  }
});
