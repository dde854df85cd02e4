import { expect, test } from 'vitest';
import { buildModel, integers } from '../../test/helpers/build-model.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { seededRandom } from '@lowbit/core';
import { makeNode } from '../write/make-node.js';
import { writeModel } from '../write/write-model.js';
import { openGraph } from './open-graph.js';
import { dynamicOpset, integerOpset, opsetRefusal, raiseOpset } from './raise-opset.js';

const sliced = (opset: number) =>
  buildModel(
    {
      nodes: [
        makeNode({
          op: 'Slice',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { starts: [1, -3], ends: [9, -1], axes: [0, 2] },
        }),
      ],
      inputs: { x: [4, 2, 5] },
      outputs: { y: [3, 2, 2] },
    },
    { opset },
  );

test('a model of opset 9 is raised to 10, and its slices stay the same', async () => {
  const model = sliced(9);
  const feeds = { x: noise([4, 2, 5], seededRandom(1)) };
  const before = await runModel(writeModel(model), feeds);
  expect(opsetRefusal(model, integerOpset)).toBeUndefined();
  const graph = openGraph(model);
  const raised = raiseOpset(model, graph);
  graph.apply();
  expect(raised.opset).toBe(10);
  expect(await runModel(writeModel(raised), feeds)).toEqual(before);
});

test('newer models are not touched', () => {
  const model = sliced(9);
  const newer = { ...model, opset: 11 };
  expect(opsetRefusal(newer, dynamicOpset)).toBeUndefined();
  expect(raiseOpset(newer, openGraph(model))).toBe(newer);
});

test('operators that opset 10 changed, older models and dynamic quantization are refused with the reason', () => {
  const changed = buildModel(
    {
      nodes: [
        makeNode({
          op: 'Upsample',
          inputs: ['x', 'scales'],
          outputs: ['y'],
          attributes: { mode: 'nearest' },
        }),
      ],
      initializers: [integers('scales', [1, 1])],
      inputs: { x: [2, 2] },
      outputs: { y: [2, 2] },
    },
    { opset: 9 },
  );
  expect(opsetRefusal(changed, integerOpset)).toContain('Upsample means something else');
  expect(opsetRefusal(sliced(8), integerOpset)).toContain('operator set 8');
  expect(opsetRefusal(sliced(10), dynamicOpset)).toContain('came with 11');
});
