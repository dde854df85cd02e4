import { quantize, seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { allKindsModel } from '../../test/helpers/all-kinds-model.js';
import { buildBytes, counting } from '../../test/helpers/build-model.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { plainAbsmax, plainRange } from '../../test/helpers/plain-quantizers.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';
import { DataType, serializeModel } from '../schema/proto.js';
import { makeNode } from './make-node.js';
import { defined } from '@lowbit/core/adapter';

const product = (x: string, w: string, y: string, name: string) =>
  makeNode({ op: 'MatMul', name, inputs: [x, w], outputs: [y] });

test('a file whose node names repeat is written as one that runtimes load, and is run as one', async () => {
  const bytes = buildBytes({
    nodes: [product('x', 'w', 'a', 'same'), product('a', 'v', 'b', 'same'), product('b', 'v', 'y', 'same#2')],
    initializers: [counting('w', [32, 32]), counting('v', [32, 32])],
    inputs: { x: [1, 32] },
    outputs: { y: [1, 32] },
  });
  await expect(runModel(bytes)).rejects.toThrow('two nodes with same node name');
  const port = onnx(bytes, { ort });
  const x = noise([1, 32], seededRandom(1));
  for await (const { y } of port.run!([{ inputs: { x: { shape: [1, 32], data: x.data as Float32Array } } }]))
    expect(y!.shape).toEqual([1, 32]);
  const { model } = await quantize(port, { weights: plainMinMax, bits: 8 });
  expect([...(await runModel(model.bytes, { x })).keys()]).toEqual(['y']);
});

const cases = [17, 8].flatMap((opset) =>
  (['initializer', 'constant-node'] as const).flatMap((kind) =>
    (['speed', 'memory'] as const).map((optimize) => ({ opset, kind, optimize })),
  ),
);

test.each(cases)('nodes that are added have names of their own: $opset, $kind, $optimize', async (one) => {
  const bytes = allKindsModel({ opset: one.opset, ir: 8 }, one.kind);
  for (const bits of [3, 8]) {
    const port = onnx(bytes, { optimize: one.optimize });
    const { model } = await quantize(port, { weights: plainMinMax, bits, granularity: 'group:32' });
    const names = readModel(model.bytes).proto.graph!.node.map(({ name }) => name);
    expect(names).not.toContain('');
    expect(new Set(names).size).toBe(names.length);
  }
});

test('nodes of integers and of activations have names, beside nodes without', async () => {
  const { proto } = readModel(allKindsModel({ opset: 17, ir: 8 }));
  for (const node of proto.graph!.node) node.name = node.opType === 'Conv' ? 'z' : '';
  const bytes = serializeModel(proto, 'test');
  const floats = (shape: number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)).fill(1),
  });
  const inputs = {
    ids: { shape: [5], data: [1, 2, 3, 4, 5] },
    image: floats([1, 24, 6, 6]),
    flat: floats([2, 48]),
  };
  inputs.image.data[0] = -1;
  for (const integers of [undefined, 'operators', 'qdq'] as const) {
    const port = onnx(bytes, { ort, ...defined({ integers }) });
    const calibration = await port.observe!([{ inputs }]);
    const activations = plainRange;
    const { model } = await quantize(port, { weights: plainAbsmax, bits: 8, activations, calibration });
    const names = readModel(model.bytes).proto.graph!.node.map(({ name }) => name);
    const named = names.filter((name) => name !== '');
    expect(named.length).toBeGreaterThan(5);
    expect(new Set(named).size).toBe(named.length);
    await ort.InferenceSession.create(model.bytes);
  }
});

test('doc strings of what is replaced stay', async () => {
  const tensor = counting('w', [64, 64]);
  const constant = makeNode({
    op: 'Constant',
    inputs: [],
    outputs: ['w'],
    attributes: { value: { tensor } },
  });
  const table = counting('t', [64, 64]);
  const nodes = [
    constant,
    makeNode({ op: 'Gather', inputs: ['t', 'i'], outputs: ['x'] }),
    product('x', 'w', 'y', ''),
  ];
  nodes.forEach((node) => (node.docString = `words of ${node.opType}`));
  table.docString = 'words of the table';
  const bytes = buildBytes({
    nodes,
    initializers: [table],
    inputs: { i: [2] },
    types: { i: DataType.INT64 },
    outputs: { y: [2, 64] },
  });
  for (const optimize of ['speed', 'memory'] as const) {
    for (const granularity of ['channel', 'group:32'] as const) {
      const { model } = await quantize(onnx(bytes, { optimize }), {
        weights: plainMinMax,
        bits: 4,
        granularity,
      });
      const { node, initializer } = readModel(model.bytes).proto.graph!;
      const words = [...node, ...initializer].map(({ docString }) => docString);
      for (const one of [...nodes, table]) expect(words).toContain(one.docString);
    }
  }
});
