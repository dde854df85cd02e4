import { quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../src/describe/inspect-model.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { openRunnable } from '../src/observe/open-runnable.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import {
  createOperatorSet,
  DataType,
  type ModelProto,
  type NodeProto,
  serializeModel,
  type TensorProto,
} from '../src/schema/proto.js';
import { buildBytes, buildGraph, buildProto, type GraphParts } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(1);
const values = (scale: number) => Float32Array.from({ length: 32 * 32 }, () => scale * (2 * random() - 1));
const weight = (scale: number, name = 'w') => makeTensor(name, DataType.FLOAT, [32, 32], values(scale));
const product = makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] });
const ends = { inputs: { x: [2, 32] }, outputs: { y: [2, 32] } };

function edited(parts: GraphParts, edit: (proto: ModelProto) => void): Uint8Array {
  const proto = buildProto(buildGraph(parts));
  edit(proto);
  return serializeModel(proto, 'test');
}

const imports = (bytes: Uint8Array) =>
  readModel(bytes).proto.opsetImport.map(({ domain, version }) => `${domain} ${version}`);

/** The result gives what the model gives, in the runtime. */
async function keeps(model: Uint8Array, rows = 2): Promise<Uint8Array> {
  const { model: written } = await quantize(onnx(model), { weights: plainMinMax, bits: 8 });
  const feeds = { x: noise([rows, 32], seededRandom(2)) };
  const [before, after] = [await runModel(model, feeds), await runModel(written.bytes, feeds)];
  const wanted = before.get('y')!;
  const largest = Math.max(...wanted.map(Math.abs));
  const distance = Math.max(...after.get('y')!.map((value, at) => Math.abs(value - wanted[at]!)));
  expect(distance / largest).toBeLessThan(0.02);
  return written.bytes;
}

describe('operator sets as the runtime reads them', () => {
  /** Axes are an attribute up to version 12, and an input from 13 on: only one version loads. */
  const squeezed: GraphParts = {
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['t'] }),
      makeNode({ op: 'Unsqueeze', inputs: ['t'], outputs: ['y'], attributes: { axes: [0] } }),
    ],
    initializers: [weight(1)],
    inputs: ends.inputs,
    outputs: { y: [1, 2, 32] },
  };

  it.each([[['', 17, '', 12]], [['ai.onnx', 17, '', 12]], [['', 17, 'ai.onnx', 12]]] as const)(
    '%j: the last version counts',
    async ([first, one, second, other]) => {
      const sets = [createOperatorSet(first, one), createOperatorSet(second, other)];
      const model = edited(squeezed, (proto) => (proto.opsetImport = sets));
      expect(readModel(model).opset).toBe(12);
      await keeps(model);
    },
  );

  it('a model without the standard operators has those of the runtime, and its result says which', async () => {
    const model = edited({ nodes: [product], initializers: [weight(1)], ...ends }, (proto) => {
      proto.opsetImport = [createOperatorSet('ai.onnx.ml', 1)];
    });
    expect(imports(await keeps(model))).toEqual(['ai.onnx.ml 1', ' 25']);
    const target = { runtime: 'ort-web', version: '1.20', provider: 'wasm' } as const;
    const older = await quantize(onnx(model, { target }), { weights: plainMinMax, bits: 8 });
    expect(imports(older.model.bytes)).toEqual(['ai.onnx.ml 1', ' 21']);
  });
});

describe('of constants with one name that counts which the runtime reads', () => {
  const sized = (rows: number, scale: number) =>
    makeTensor('s', DataType.FLOAT, [rows, 1], new Float32Array(rows).fill(scale));
  const node = (name: string, tensor: TensorProto) =>
    makeNode({ op: 'Constant', inputs: [], outputs: [name], attributes: { value: { tensor } } });
  /** Rows of a product times a constant of so many rows. */
  const scaled = (rows: number, nodes: readonly NodeProto[], initializers: readonly TensorProto[]) =>
    buildBytes({
      nodes: [
        ...nodes,
        makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['t'] }),
        makeNode({ op: 'Mul', inputs: ['t', 's'], outputs: ['y'] }),
      ],
      initializers: [weight(1), ...initializers],
      inputs: { x: [rows, 32] },
      outputs: { y: [rows, 32] },
    });

  it.each([2, 31, 32, 64])('%i floats', async (rows) => {
    const [one, other] = [sized(rows, 1), sized(rows, 50)];
    await keeps(scaled(rows, [], [one, other]), rows);
    await keeps(scaled(rows, [node('s', one), node('s', other)], []), rows);
    await keeps(scaled(rows, [node('s', one)], [other]), rows);
  });

  it('a weight', async () => {
    await keeps(buildBytes({ nodes: [product], initializers: [weight(1), weight(100)], ...ends }));
    await keeps(buildBytes({ nodes: [node('w', weight(3)), node('w', weight(1)), product], ...ends }));
  });
});

const scaler = makeNode({
  op: 'Scaler',
  domain: 'ai.onnx.ml',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { offset: { floats: [0] }, scale: { floats: [2] } },
});

describe.each<[string, Uint8Array]>([
  [
    'operators of another domain alone',
    edited({ nodes: [scaler], ...ends }, (proto) => {
      proto.opsetImport = [createOperatorSet('ai.onnx.ml', 1)];
    }),
  ],
  ['no nodes', buildBytes({ nodes: [], inputs: ends.inputs, outputs: ends.inputs })],
  ['constants alone', buildBytes({ nodes: [], initializers: [weight(1)], outputs: { w: [32, 32] } })],
  [
    'no outputs',
    buildBytes({
      nodes: [makeNode({ op: 'Relu', inputs: ['x'], outputs: ['y'] })],
      inputs: ends.inputs,
      outputs: {},
    }),
  ],
])('a model with %s', (_, bytes) => {
  it('has nothing to quantize', async () => {
    await expect(quantize(onnx(bytes), { weights: plainMinMax })).rejects.toMatchObject({
      code: 'nothing-to-quantize',
    });
  });

  it('is inspected, and runs', async () => {
    const model = readModel(bytes);
    expect(inspectModel(model).quantizable).toEqual([]);
    const opened = await openRunnable(model, bytes, ort as never as OrtRuntime);
    const ones = { shape: [2, 32], data: new Float32Array(64).fill(1) };
    const outputs = await opened.run(Object.fromEntries(opened.inputs.map(({ name }) => [name, ones])));
    expect(Object.keys(outputs)).toEqual(opened.outputs.map(({ name }) => name));
    await opened.close();
  });
});
