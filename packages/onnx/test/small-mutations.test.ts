import { isLowbitError, quantize, seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { createFunction, createOperatorSet, DataType, serializeModel } from '../src/schema/proto.js';
import { type AttributeValue, makeNode } from '../src/graph/make-node.js';
import { moveOut } from '../src/external/place-tensors.js';
import { buildGraph, buildProto, counting, integers } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';

const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, AttributeValue> = {},
  domain = '',
) => makeNode({ op, inputs, outputs, attributes, ...(domain === '' ? {} : { domain }) });

/** Little data and much structure: a branch, a loop, a function, chains, embeddings, LSTM, another file. */
function everything(): Uint8Array {
  const outside = counting('e', [16, 16]);
  moveOut(outside, 'weights.bin', 64, 16 * 16 * 4);
  const branch = buildGraph({
    nodes: [node('MatMul', ['x', 'w'], ['t'])],
    initializers: [counting('w', [16, 16])],
    outputs: { t: [2, 16] },
  });
  const body = buildGraph({
    nodes: [node('MatMul', ['state', 'e'], ['next']), node('Identity', ['go'], ['still'])],
    inputs: { i: [], go: [], state: [2, 16] },
    types: { i: DataType.INT64, go: DataType.BOOL, still: DataType.BOOL },
    outputs: { still: [], next: [2, 16] },
  });
  const graph = buildGraph({
    nodes: [
      node('Gather', ['table', 'ids'], ['x']),
      node('If', ['c'], ['a'], { then_branch: { graph: branch }, else_branch: { graph: branch } }),
      node('Loop', ['n', '', 'a'], ['b'], { body: { graph: body } }),
      node('Reshape', ['flat', 'shape'], ['r']),
      node('Transpose', ['r'], ['rt'], { perm: [1, 0] }),
      node('Gemm', ['b', 'rt'], ['d'], { transB: 1 }),
      node('Dense', ['d'], ['y'], {}, 'local'),
      node('Conv', ['image', 'k'], ['z'], { group: 2, pads: [1, 1, 1, 1] }),
      node('LSTM', ['sequence', 'lw', 'lr'], ['s'], { direction: 'reverse', hidden_size: 4 }),
    ],
    initializers: [
      outside,
      counting('table', [16, 16]),
      counting('flat', [256]),
      integers('shape', [16, -1]),
      integers('n', [2]),
      counting('k', [4, 2, 3, 3]),
      counting('lw', [1, 16, 4]),
      counting('lr', [1, 16, 4]),
    ],
    inputs: { ids: [2], c: [], image: [1, 4, 8, 8], sequence: [3, 1, 4] },
    types: { ids: DataType.INT64, c: DataType.BOOL },
    outputs: { y: [2, 16], z: ['n', 4, 8, 8], s: [3, 1, 1, 4] },
  });
  const constant = node('Constant', [], ['v'], { value: { tensor: counting('', [16, 16]) } });
  const opsetImport = [createOperatorSet('', 17)];
  const dense = createFunction({
    name: 'Dense',
    domain: 'local',
    input: ['x'],
    output: ['y'],
    opsetImport,
    node: [constant, node('MatMul', ['x', 'v'], ['y'])],
  });
  const proto = buildProto(graph, { domains: { local: 1 } });
  proto.functions = [dense];
  return serializeModel(proto, 'test');
}

const bytes = everything();
const file = new Uint8Array(2000);

async function fate(mutant: Uint8Array, optimize: 'speed' | 'memory'): Promise<string> {
  try {
    JSON.stringify(inspectModel(readModel(mutant)));
    const recipe = { weights: plainMinMax, bits: 4, granularity: 'group:16' } as const;
    const { model } = await quantize(onnx(mutant, { optimize, externalData: () => file }), recipe);
    readModel(model.bytes);
    return 'quantized';
  } catch (error) {
    if (isLowbitError(error)) return error.code;
    throw error;
  }
}

test('a model of every structure, changed at random, gives a typed error or a model', async () => {
  expect(await fate(bytes, 'memory')).toBe('quantized');
  const random = seededRandom(77);
  const below = (limit: number) => Math.floor(random() * limit);
  const fates = new Map<string, number>();
  for (let index = 0; index < 500; index++) {
    const mutant = bytes.slice();
    for (let count = 1 + below(3); count > 0; count--) {
      const at = below(bytes.length);
      mutant[at] = random() < 0.5 ? below(256) : mutant[at]! ^ (1 << below(8));
    }
    const found = await fate(mutant, index % 2 === 0 ? 'speed' : 'memory');
    fates.set(found, (fates.get(found) ?? 0) + 1);
  }
  console.info([...fates].map(([code, times]) => `${code} ${times}`).join(', '));
  expect(fates.size).toBeGreaterThan(3);
});
