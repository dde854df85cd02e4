import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { foldModel } from '../src/fold/fold-model.js';
import { checkGraph } from '../src/model/check-graph.js';
import { modelEditor } from '../src/graph/model-editor.js';
import { raiseOpset } from '../src/opset/raise.js';
import { integerOpset } from '../src/target/versions.js';
import { readFloats } from '../src/model/tensor-data.js';
import { AttributeType, createAttribute, createNode } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeIntegers } from '../src/graph/make-tensor.js';
import { writeModel } from '../src/model/write-model.js';
import { buildModel, counting } from './helpers/build-model.js';

interface Case {
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly axes: readonly string[];
  readonly steps: readonly string[];
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const { shape, cases } = JSON.parse(
  readFileSync(new URL('../fixtures/slices.json', import.meta.url), 'utf8'),
) as { shape: number[]; cases: readonly Case[] };
const named = cases.map((one): [string, Case] => [
  `[${one.starts.join()}] to [${one.ends.join()}] by [${one.steps.join()}] along [${one.axes.join()}]`,
  one,
]);
const names = ['starts', 'ends', 'axes', 'steps'] as const;

/** A slice whose bounds are attributes, as up to opset 9. */
function oldSlice(one: Case) {
  const attribute = names
    .slice(0, 3)
    .map((name) => createAttribute({ name, type: AttributeType.INTS, ints: one[name].map(BigInt) }));
  const node = createNode({ opType: 'Slice', input: ['x'], output: ['y'], attribute });
  return buildModel({ nodes: [node], inputs: { x: shape }, outputs: { y: one.shape } }, { opset: 9 });
}

describe('bounds of slices at the ends of 64 bits', () => {
  const raisable = named.filter(([, { steps }]) => steps.every((step) => step === '1'));
  test.each(raisable)('stay the same when opset 9 is raised: %s', async (_, one) => {
    const model = oldSlice(one);
    const editor = modelEditor(model, { order: checkGraph(model.proto, model.name) });
    const raised = raiseOpset(model, editor, integerOpset);
    editor.apply();
    const session = await ort.InferenceSession.create(writeModel(raised));
    const data = Float32Array.from({ length: 40 }, (_, index) => index);
    const { y } = await session.run({ x: new ort.Tensor('float32', data, shape) });
    await session.release();
    expect(y!.dims).toEqual(one.shape);
    expect([...(y!.data as Float32Array)]).toEqual(one.values);
    const bounds = raised.proto.graph!.initializer.map(({ rawData }) => [
      ...new BigInt64Array(rawData.slice().buffer),
    ]);
    expect(bounds).toEqual(names.slice(0, 3).map((name) => one[name].map(BigInt)));
  });

  test.each(named)('mean the same where constants are folded: %s', (_, one) => {
    const model = buildModel({
      nodes: [
        makeNode({ op: 'Slice', inputs: ['c', ...names], outputs: ['s'] }),
        makeNode({ op: 'Add', inputs: ['x', 's'], outputs: ['y'] }),
      ],
      initializers: [counting('c', shape), ...names.map((name) => makeIntegers(name, one[name].map(BigInt)))],
      inputs: { x: [1] },
      outputs: { y: one.shape },
    });
    foldModel(model);
    const folded = model.proto.graph!.initializer.find(({ name }) => name === 's_folded')!;
    expect(folded.dims).toEqual(one.shape.map(BigInt));
    expect([...readFloats(folded, 's')]).toEqual(one.values);
  });

  const matrices = named.filter(([, one]) => one.shape.every((size) => size > 0));
  test.each(matrices)('mean the same between a weight and its use: %s', (_, one) => {
    const model = buildModel({
      nodes: [
        makeNode({ op: 'Slice', inputs: ['c', ...names], outputs: ['s'] }),
        makeNode({ op: 'MatMul', inputs: ['x', 's'], outputs: ['y'] }),
      ],
      initializers: [counting('c', shape), ...names.map((name) => makeIntegers(name, one[name].map(BigInt)))],
      inputs: { x: [1] },
      outputs: { y: one.shape },
    });
    expect(describeModel(model).sites.map(({ id, shape }) => [id, shape])).toEqual([['c', shape]]);
  });
});

test('integers beyond 2⁵³ are not folded, as numbers would round them', () => {
  const model = buildModel({
    nodes: [
      makeNode({ op: 'Concat', inputs: ['a', 'b'], outputs: ['ends'], attributes: { axis: 0 } }),
      makeNode({ op: 'Slice', inputs: ['x', 'starts', 'ends'], outputs: ['y'] }),
    ],
    initializers: [
      makeIntegers('a', [2n ** 63n - 1n]),
      makeIntegers('b', [-1n]),
      makeIntegers('starts', [0n, 0n]),
    ],
    inputs: { x: [2, 3] },
    outputs: { y: [2, 2] },
  });
  foldModel(model);
  expect(model.proto.graph!.node.map(({ opType }) => opType)).toEqual(['Concat', 'Slice']);
});
