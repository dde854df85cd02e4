import { seededRandom, type Batch } from '@lowbit/core';
import { describe, expect, test } from 'vitest';

import type { IntegerForm } from '../src/index.js';
import { foldModel } from '../src/fold/fold-model.js';
import { readModel } from '../src/read/read-model.js';
import { createEntry, DataType, type NodeProto } from '../src/schema/proto.js';
import { makeNode, type NodeParts } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, type GraphParts } from './helpers/build-model.js';
import { integerFlow } from './helpers/integer-flow.js';
import { plainDynamic, plainRange } from './helpers/plain-quantizers.js';
import { noise } from './helpers/run-model.js';

const random = seededRandom(3);
const floats = (name: string, dims: readonly number[]) => {
  const length = dims.reduce((product, size) => product * size, 1);
  const tensor = makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length }, () => 0.1 + random()),
  );
  tensor.docString = `words on the weights ${name}`;
  return tensor;
};
const number = (name: string, value: number) => makeTensor(name, DataType.FLOAT, [], [value]);

/** A node called after its output, with words. */
function node(op: string, inputs: string[], output: string, attributes: NodeParts['attributes'] = {}) {
  const made = makeNode({ op, name: `node ${output}`, inputs, outputs: [output], attributes });
  made.docString = `words on ${output}`;
  made.metadataProps = [createEntry('scope', output)];
  return made;
}

/** Everything that documents nodes and constants, and what nodes are called. */
function wordsOf(bytes: Uint8Array) {
  const graph = readModel(bytes).proto.graph!;
  return {
    words: [...graph.node, ...graph.initializer].map(({ docString }) => docString).join('\n'),
    byOutput: new Map(graph.node.map((one): [string, NodeProto] => [one.output[0]!, one])),
  };
}

const shape = [2, 64, 12, 12];
const batches: Batch[] = [{ inputs: { x: { shape, data: noise(shape, random).data as Float32Array } } }];
const network = buildBytes(
  {
    nodes: [
      node('Conv', ['x', 'w0', 'b0'], 'c0', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node('Relu', ['c0'], 'r0'),
      node('Conv', ['r0', 'w1'], 'c1', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node('GlobalAveragePool', ['c1'], 'g'),
      node('Flatten', ['g'], 'f'),
      node('MatMul', ['f', 'w2'], 'm'),
      node('Gemm', ['m', 'w3', 'b3'], 'y'),
    ],
    initializers: [
      ...[floats('w0', [64, 64, 3, 3]), floats('w1', [64, 64, 3, 3])],
      ...[floats('w2', [64, 64]), floats('w3', [64, 48])],
      ...[makeTensor('b0', DataType.FLOAT, [64], new Float32Array(64).fill(0.5))],
      ...[makeTensor('b3', DataType.FLOAT, [48], new Float32Array(48).fill(0.5))],
    ],
    inputs: { x: ['n', ...shape.slice(1)] },
    outputs: { y: ['n', 48] },
  },
  { opset: 17 },
);

const forms: readonly (readonly [string, IntegerForm, typeof plainRange])[] = [
  ['operators with fixed ranges', 'operators', plainRange],
  ['operators with ranges of every run', 'operators', plainDynamic],
  ['the form qdq', 'qdq', plainRange],
];

test.each(forms)('names and doc strings of what %s replace stay', async (_, form, activations) => {
  const { bytes, forms: written } = await integerFlow(network, form, batches, activations);
  expect([...written.values()]).not.toContain('float');
  const { words, byOutput } = wordsOf(bytes);
  for (const output of ['c0', 'r0', 'c1', 'm', 'y']) expect(words).toContain(`words on ${output}`);
  for (const weight of ['w0', 'w1', 'w2', 'w3']) expect(words).toContain(`words on the weights ${weight}`);
  for (const output of ['m', 'y']) {
    expect(byOutput.get(output)).toMatchObject({ name: `node ${output}`, docString: `words on ${output}` });
    expect(byOutput.get(output)!.metadataProps).toMatchObject([{ key: 'scope', value: output }]);
  }
});

describe('nodes that are folded leave their doc strings to those that do their work', () => {
  const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const folds: readonly (readonly [string, Pick<GraphParts, 'nodes' | 'initializers'>, number])[] = [
    [
      'a batch normalization',
      {
        nodes: [
          node('Conv', ['x', 'w'], 'c', pads),
          node('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], 'y'),
        ],
        initializers: [
          floats('w', [8, 64, 3, 3]),
          ...['gamma', 'beta', 'mean', 'variance'].map((name) => floats(name, [8])),
        ],
      },
      1,
    ],
    [
      'a factor in front',
      {
        nodes: [node('Mul', ['x', 'k'], 'p'), node('Conv', ['p', 'w'], 'y', pads)],
        initializers: [floats('w', [8, 64, 3, 3]), number('k', 2)],
      },
      1,
    ],
    [
      'a constant that is computed',
      {
        nodes: [node('Add', ['k', 'k'], 'twice'), node('Mul', ['x', 'twice'], 'p'), node('Relu', ['p'], 'y')],
        initializers: [number('k', 2)],
      },
      2,
    ],
    ...[6, 3].map((height) => hardSwish(height)),
  ];

  test.each(folds)('%s', (_, parts, left) => {
    const model = readModel(
      buildBytes({ ...parts, inputs: { x: [1, 64, 5, 4] }, outputs: { y: [1, 'c', 'h', 'w'] } }),
    );
    foldModel(model);
    const graph = model.proto.graph!;
    expect(graph.node).toHaveLength(left);
    const words = [...graph.node, ...graph.initializer].map(({ docString }) => docString).join('\n');
    for (const { output } of parts.nodes) expect(words).toContain(`words on ${output[0]}`);
    if (parts.initializers!.some(({ name }) => name === 'w'))
      expect(words).toContain('words on the weights w');
    expect(graph.node.every(({ name }) => name !== '')).toBe(true);
  });
});

/** x · clip(x + 3, 0, height) / 6. */
function hardSwish(height: number) {
  const nodes = [
    node('Add', ['x', 'three'], 'a'),
    node('Clip', ['a', 'zero', 'height'], 'b'),
    node('Mul', ['x', 'b'], 'c'),
    node('Div', ['c', 'six'], 'y'),
  ];
  const initializers = [number('three', 3), number('zero', 0), number('height', height), number('six', 6)];
  return [`a hard swish up to ${height}`, { nodes, initializers }, height === 6 ? 2 : 3] as const;
}
