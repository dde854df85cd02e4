import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { DataType, type TensorProto } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes, buildGraph } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;

const size = 24;
const values = (seed: number) =>
  Float32Array.from({ length: size * size }, (_, i) => Math.sin(seed * i + seed));
const weight = (name: string, seed: number, type = DataType.FLOAT) =>
  makeTensor(name, type, [size, size], values(seed));

/** x · a, · b, · c, where a is an initializer, b the value of a `Constant` node, and c stands in both branches of an `If`. */
function chain([a, b, c]: readonly TensorProto[]): Uint8Array {
  const branch = (name: string) =>
    buildGraph({
      nodes: [makeNode({ op: 'MatMul', inputs: ['t', 'c'], outputs: [name] })],
      initializers: [c as TensorProto],
      outputs: { [name]: [size, size] },
    });
  const branches = { then_branch: { graph: branch('yes') }, else_branch: { graph: branch('no') } };
  return buildBytes({
    nodes: [
      makeNode({
        op: 'Constant',
        inputs: [],
        outputs: ['b'],
        attributes: { value: { tensor: b as TensorProto } },
      }),
      makeNode({ op: 'MatMul', inputs: ['x', 'a'], outputs: ['s'] }),
      makeNode({ op: 'MatMul', inputs: ['s', 'b'], outputs: ['t'] }),
      makeNode({ op: 'If', inputs: ['q'], outputs: ['y'], attributes: branches }),
    ],
    initializers: [a as TensorProto, makeTensor('q', DataType.BOOL, [], [1])],
    inputs: { x: [size, size] },
    outputs: { y: [size, size] },
  });
}

const own = () => [weight('a', 1), weight('b', 2), weight('c', 3)];
const x = { shape: [size, size], data: values(7) };
const batches = [{ inputs: { x } }, { inputs: { x: { ...x, data: values(8) } } }];

function counting() {
  const counts = { opened: 0, closed: 0 };
  const create: OrtRuntime['InferenceSession']['create'] = async (bytes, options) => {
    counts.opened++;
    const session = await ort.InferenceSession.create(bytes, options as ort.InferenceSession.SessionOptions);
    return {
      run: (feeds) => session.run(feeds as never),
      release: async () => {
        counts.closed++;
        await session.release();
      },
    };
  };
  return { counts, runtime: { Tensor: ort.Tensor, InferenceSession: { create } } as OrtRuntime };
}

async function collect(runs: AsyncIterable<Readonly<Record<string, { readonly data: Float32Array }>>>) {
  const all: Record<string, Float32Array>[] = [];
  for await (const outputs of runs)
    all.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])));
  return all;
}

const replaced = {
  'an initializer': ['a', ['a']],
  'the value of a Constant node': ['b', ['b']],
  'a constant of each branch': ['c', ['If_3/then_branch/c', 'If_3/else_branch/c']],
} as const;

test.each(Object.entries(replaced))(
  'a weight that is replaced computes as a file with these values does: %s',
  async (_, [name, ids]) => {
    const port = onnx(chain(own()), { ort });
    const others = own().map((tensor) => (tensor.name === name ? weight(name, 11) : tensor));
    const expected = await collect(onnx(chain(others), { ort }).run!(batches));
    const replace = new Map(ids.map((id) => [id, values(11)]));
    expect(await collect(port.run!(batches, { replace }))).toEqual(expected);
    const plain = await collect(onnx(chain(own()), { ort }).run!(batches));
    expect(plain).not.toEqual(expected);
    expect(await collect(port.run!(batches, { replace: new Map([['a', values(1)]]) }))).toEqual(plain);
    expect(await collect(port.run!(batches))).toEqual(plain);
  },
);

test('one session serves all values of all weights', async () => {
  const { counts, runtime } = counting();
  const port = onnx(chain(own()), { ort: runtime });
  const run = (replace: ReadonlyMap<string, Float32Array>) => collect(port.run!(batches, { replace }));
  for (const seed of [11, 12, 13]) await run(new Map([['a', values(seed)]]));
  const later = await run(new Map([['b', values(11)]]));
  await run(new Map(['a', 'b'].map((id) => [id, values(14)])));
  expect(counts).toEqual({ opened: 1, closed: 0 });
  await collect(port.run!(batches));
  expect(counts).toEqual({ opened: 2, closed: 2 });
  // What a run gives does not depend on those before it, to the last bit.
  expect(await run(new Map([['b', values(11)]]))).toEqual(later);
});

test('two runs at once do not disturb each other', async () => {
  const { counts, runtime } = counting();
  const port = onnx(chain(own()), { ort: runtime });
  const run = (seed: number) => collect(port.run!(batches, { replace: new Map([['a', values(seed)]]) }));
  const alone = [await run(11), await run(12)];
  expect(await Promise.all([run(11), run(12)])).toEqual(alone);
  await collect(port.run!(batches));
  expect(counts.closed).toBe(counts.opened);
});

test('values inside the model are given beside the outputs', async () => {
  const port = onnx(chain(own()), { ort });
  const [first] = await collect(port.run!(batches, { want: ['s', 'y'] }));
  expect(Object.keys(first!).sort()).toEqual(['s', 'y']);
  const expected = values(7)
    .slice(0, size)
    .reduce((sum, value, i) => sum + value * values(1)[size * i]!, 0);
  expect(first!['s']![0]).toBeCloseTo(expected, 4);
  const zeros = new Map([['a', new Float32Array(size * size)]]);
  const [nothing] = await collect(port.run!(batches, { want: ['s'], replace: zeros }));
  expect(nothing!['s']!.every((value) => value === 0)).toBe(true);
});

test.each<[string, object, object]>([
  ['a weight that is none', { replace: new Map([['aa', values(1)]]) }, { received: 'aa' }],
  ['too few values', { replace: new Map([['a', values(1).slice(1)]]) }, { expected: '576 values' }],
  ['a tensor that is none', { want: ['S'] }, { received: 'S', remedy: 'Did you mean s?' }],
  ['a value of a branch', { want: ['yes'] }, { received: 'yes' }],
])('%s is told', async (_, options, error) => {
  const port = onnx(chain(own()), { ort });
  await expect(collect(port.run!(batches, options))).rejects.toMatchObject({
    code: 'invalid-argument',
    ...error,
  });
});
