import { isLowbitError } from '@lowbit/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import { skipReasons } from '../src/describe/skip-reasons.js';
import { readModel } from '../src/read/read-model.js';
import { makeNode } from '../src/graph/make-node.js';
import { buildBytes, counting, integers, type GraphParts } from './helpers/build-model.js';
import { bytesField, joined, numberField, tag, textField, varint, wrap } from './helpers/wire.js';

/** Files made to hurt: whatever comes out comes to an end and, for each file alone, within 1 GB. */
const head = joined(numberField(1, 8), bytesField(8, numberField(2, 17)));
const model = (...graph: Uint8Array[]): Uint8Array => joined(head, wrap(7, ...graph));
const repeated = (piece: ArrayLike<number>, count: number): Uint8Array => {
  const bytes = new Uint8Array(piece.length * count);
  for (let index = 0; index < count; index++) bytes.set(Array.from(piece), index * piece.length);
  return bytes;
};

/** Puts a payload into `depth` messages, whose field numbers repeat from the outside in. */
function nested(fields: readonly number[], depth: number, payload: Uint8Array): Uint8Array {
  const heads: number[][] = [];
  let length = payload.length;
  for (let level = depth - 1; level >= 0; level--) {
    const bytes = [...tag(fields[level % fields.length] as number, 2), ...varint(length)];
    heads.push(bytes);
    length += bytes.length;
  }
  return joined(heads.reverse().flat(), payload);
}

const relu = (input: string, output: string) => makeNode({ op: 'Relu', inputs: [input], outputs: [output] });
const io = { inputs: { x: [1] }, outputs: { y: [1] } };

function linear(count: number): GraphParts {
  const nodes = Array.from({ length: count }, (_, i) =>
    relu(i === 0 ? 'x' : `v${i}`, i === count - 1 ? 'y' : `v${i + 1}`),
  );
  return { ...io, nodes };
}

function ring(count: number): GraphParts {
  const nodes = Array.from({ length: count }, (_, i) => relu(`v${i}`, `v${(i + 1) % count}`));
  return { ...io, nodes: [...nodes, relu('v0', 'y')] };
}

/** A chain of transposes, every link of which is also a weight. */
function longChain(count: number): GraphParts {
  const nodes = Array.from({ length: count }, (_, i) => [
    makeNode({ op: 'Transpose', inputs: [`w${i}`], outputs: [`w${i + 1}`] }),
    makeNode({ op: 'MatMul', inputs: ['x', `w${i + 1}`], outputs: [i === 0 ? 'y' : `y${i}`] }),
  ]);
  return { ...io, nodes: nodes.flat(), initializers: [counting('w0', [4, 4])] };
}

/** Each link doubles the one before: 2⁶⁰ paths, and a size to match. */
function doubling(levels: number): GraphParts {
  const nodes = Array.from({ length: levels }, (_, i) =>
    makeNode({ op: 'Concat', inputs: [`w${i}`, `w${i}`], outputs: [`w${i + 1}`], attributes: { axis: 0 } }),
  );
  const product = makeNode({ op: 'MatMul', inputs: ['x', `w${levels}`], outputs: ['y'] });
  return { ...io, nodes: [...nodes, product], initializers: [counting('w0', [4, 4])] };
}

function sameNames(count: number): GraphParts {
  const nodes = Array.from({ length: count }, (_, i) =>
    makeNode({ op: 'Conv', name: 'same', inputs: ['x', 'w'], outputs: [i === 0 ? 'y' : `v${i}`] }),
  );
  return { ...io, nodes, initializers: [counting('w', [2, 2, 1, 1])] };
}

function manyAxes(count: number): GraphParts {
  const product = makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] });
  return { ...io, nodes: [product], initializers: [counting('w', Array<number>(count).fill(1))] };
}

const tensor = (...fields: ArrayLike<number>[]) => model(wrap(5, joined(...fields)));
const integersOfTwoBytes = repeated([0xff, 0x7f], 30_000_000);

const files: [title: string, make: () => Uint8Array, code: string | undefined][] = [
  [
    '5000 branches inside each other',
    () => model(nested([1, 5, 6], 15_000, new Uint8Array())),
    'model-malformed',
  ],
  [
    '20000 types inside each other',
    () => model(wrap(11, wrap(2, nested([4, 1], 20_000, new Uint8Array())))),
    'model-malformed',
  ],
  [
    'a million groups inside each other',
    () => joined(head, repeated(tag(900, 3), 1_000_000)),
    'model-malformed',
  ],
  ['10 million empty nodes', () => model(repeated([0x0a, 0], 10_000_000)), 'model-too-large'],
  [
    '10 million unknown fields',
    () => joined(head, repeated(numberField(15, 1), 10_000_000)),
    'model-too-large',
  ],
  ['10 million names', () => model(wrap(1, repeated(textField(1, 'a'), 10_000_000))), 'graph-invalid'],
  ['30 million integers', () => tensor(wrap(7, integersOfTwoBytes)), 'model-too-large'],
  ['30 million dimensions', () => tensor(wrap(1, integersOfTwoBytes)), 'model-too-large'],
  ['35 million floats in a list', () => tensor(wrap(4, new Uint8Array(140_000_000))), 'model-too-large'],
  ['a description of 100 MB', () => joined(head, wrap(6, new Uint8Array(100_000_000))), 'graph-invalid'],
  ['raw data of 100 MB', () => tensor(wrap(9, new Uint8Array(100_000_000))), undefined],
  [
    'many unknown fields beside many list elements',
    () => tensor(repeated([...numberField(4, 1), ...tag(4, 5), 0, 0, 192, 127], 500_000)),
    undefined,
  ],
  ['200000 nodes in a row', () => buildBytes(linear(200_000)), undefined],
  ['a cycle of 200000 nodes', () => buildBytes(ring(200_000)), 'graph-cyclic'],
  ['weights behind a chain of 20000 operators', () => buildBytes(longChain(20_000)), undefined],
  ['a constant doubled 60 times', () => buildBytes(doubling(60)), undefined],
  ['a weight of 100000 dimensions', () => buildBytes(manyAxes(100_000)), 'model-malformed'],
  ['100000 nodes of one name on one weight', () => buildBytes(sameNames(100_000)), undefined],
];

describe('hostile files', () => {
  it.each(files)('%s', (title, make, code) => {
    const bytes = make();
    const start = performance.now();
    const found = attempt(bytes);
    const seconds = (performance.now() - start) / 1000;
    const peak = process.resourceUsage().maxRSS / 1024;
    console.info(
      `${title}: ${found}, ${seconds.toFixed(2)} s, peak so far ${peak.toFixed(0)} MB, file ${(bytes.length / 1e6).toFixed(1)} MB`,
    );
    if (code !== undefined) expect(found).toBe(code);
  });

  it('a chain that is too long is a reason, not an error', () => {
    const { layers, sites } = describeModel(readModel(buildBytes(longChain(100))));
    expect(sites.map(({ id }) => id)).toEqual(['w0']);
    expect(layers.at(-1)?.skipped.map(({ reason }) => reason)).toEqual([skipReasons.longChain]);
  });

  it('a weight that is given many axes on its way stays as it is', () => {
    const axes = [...Array<number>(1000).fill(1), 4, 4];
    const nodes = [
      makeNode({ op: 'Reshape', inputs: ['w', 's'], outputs: ['v'] }),
      makeNode({ op: 'MatMul', inputs: ['x', 'v'], outputs: ['y'] }),
    ];
    const initializers = [counting('w', [4, 4]), integers('s', axes)];
    const { layers } = describeModel(readModel(buildBytes({ ...io, nodes, initializers })));
    expect(layers.at(-1)?.skipped.map(({ reason }) => reason)).toEqual([skipReasons.badChain('Reshape')]);
  });

  it('sizes beyond all memory are not allocated', () => {
    const target = {
      ...doubling(1),
      initializers: [counting('w0', [4, 4]), integers('s', [2 ** 40, 2 ** 40])],
    };
    expect(() => describeModel(readModel(buildBytes(target)))).not.toThrow();
  });

  afterAll(() => {
    // The files themselves, up to 140 MB each, and the test runner are counted too.
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(2048);
  });
});

function attempt(bytes: Uint8Array): string {
  try {
    describeModel(readModel(bytes));
    return 'described';
  } catch (error) {
    if (isLowbitError(error)) return error.code;
    throw error;
  }
}
