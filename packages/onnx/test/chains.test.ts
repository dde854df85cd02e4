import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import type { WeightSite } from '../src/describe/weight-site.js';
import { DataType, type NodeProto, type TensorProto } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { buildBytes, buildModel, integers } from './helpers/build-model.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { sizeOf } from '@lowbit/core/adapter';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/**
 * The axes found for a chain are right when, for values that are their own positions, sent through the chain by a
 * real runtime, values of one slice never reach two output channels.
 */
interface Chain {
  readonly title: string;
  /** Shapes of the constants `a` and `b`. */
  readonly a: readonly number[];
  readonly b?: readonly number[];
  /** From `a` (and `b`) to `w`. */
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly opset?: number;
  /** Axes of `w` that the MatMul means: [K, N] → N owns. */
  readonly shape: readonly number[];
  readonly expected: readonly {
    shape: readonly number[];
    outputAxes: readonly number[];
    inputAxis?: number;
  }[];
}

const node = (op: string, inputs: string[], output: string | string[], attributes = {}) =>
  makeNode({ op, inputs, outputs: [output].flat(), attributes });

const chains: Chain[] = [
  {
    title: 'Identity',
    a: [4, 6],
    nodes: [node('Identity', ['a'], 'w')],
    shape: [4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Transpose',
    a: [6, 4],
    nodes: [node('Transpose', ['a'], 'w', { perm: [1, 0] })],
    shape: [4, 6],
    expected: [{ shape: [6, 4], outputAxes: [0], inputAxis: 1 }],
  },
  {
    title: 'Transpose without perm, three axes',
    a: [6, 4, 2],
    nodes: [node('Transpose', ['a'], 'w')],
    shape: [2, 4, 6],
    expected: [{ shape: [6, 4, 2], outputAxes: [0, 2], inputAxis: 1 }],
  },
  {
    title: 'Squeeze by attribute',
    a: [1, 4, 1, 6],
    nodes: [node('Squeeze', ['a'], 'w', { axes: [0, -2] })],
    opset: 11,
    shape: [4, 6],
    expected: [{ shape: [1, 4, 1, 6], outputAxes: [3], inputAxis: 1 }],
  },
  {
    title: 'Squeeze by input',
    a: [4, 6, 1],
    nodes: [node('Squeeze', ['a', 'axes'], 'w')],
    constants: [integers('axes', [2])],
    shape: [4, 6],
    expected: [{ shape: [4, 6, 1], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Squeeze of everything of size 1',
    a: [1, 4, 6],
    nodes: [node('Squeeze', ['a'], 'w')],
    shape: [4, 6],
    expected: [{ shape: [1, 4, 6], outputAxes: [2], inputAxis: 1 }],
  },
  {
    title: 'Unsqueeze by input, then Squeeze',
    a: [4, 6],
    nodes: [node('Unsqueeze', ['a', 'axes'], 'u'), node('Squeeze', ['u', 'axes'], 'w')],
    constants: [integers('axes', [0, 3])],
    shape: [4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Unsqueeze by attribute',
    a: [4, 6],
    nodes: [node('Unsqueeze', ['a'], 'w', { axes: [0] })],
    opset: 11,
    shape: [1, 4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Slice by inputs, with steps back',
    a: [9, 6],
    nodes: [node('Slice', ['a', 'starts', 'ends', 'axes', 'steps'], 'w')],
    constants: [
      integers('starts', [-1]),
      integers('ends', [-9]),
      integers('axes', [0]),
      integers('steps', [-2]),
    ],
    shape: [4, 6],
    expected: [{ shape: [9, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Slice by attributes',
    a: [9, 6],
    nodes: [node('Slice', ['a'], 'w', { starts: [2], ends: [1000], axes: [0] })],
    opset: 9,
    shape: [7, 6],
    expected: [{ shape: [9, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Concat of two constants',
    a: [4, 2],
    b: [4, 3],
    nodes: [node('Concat', ['a', 'b'], 'w', { axis: -1 })],
    shape: [4, 5],
    expected: [
      { shape: [4, 2], outputAxes: [1], inputAxis: 0 },
      { shape: [4, 3], outputAxes: [1], inputAxis: 0 },
    ],
  },
  {
    title: 'gates put in another order: Slice, Concat, Unsqueeze, Squeeze, Transpose',
    a: [6, 4],
    nodes: [
      node('Slice', ['a', 'zero', 'two', 'zero'], 's0'),
      node('Slice', ['a', 'two', 'six', 'zero'], 's1'),
      node('Concat', ['s1', 's0'], 'c', { axis: 0 }),
      node('Unsqueeze', ['c', 'zero'], 'u'),
      node('Squeeze', ['u', 'zero'], 'q'),
      node('Transpose', ['q'], 'w', { perm: [1, 0] }),
    ],
    constants: [integers('zero', [0]), integers('two', [2]), integers('six', [6])],
    shape: [4, 6],
    expected: [{ shape: [6, 4], outputAxes: [0], inputAxis: 1 }],
  },
  {
    title: 'Split by input',
    a: [4, 9],
    nodes: [node('Split', ['a', 'sizes'], ['rest', 'w'], { axis: 1 })],
    constants: [integers('sizes', [3, 6])],
    shape: [4, 6],
    expected: [{ shape: [4, 9], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Split by attribute',
    a: [4, 9],
    nodes: [node('Split', ['a'], ['rest', 'w'], { axis: 1, split: [3, 6] })],
    opset: 11,
    shape: [4, 6],
    expected: [{ shape: [4, 9], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Split into equal parts',
    a: [4, 12],
    nodes: [node('Split', ['a'], ['rest', 'w'], { axis: 1 })],
    shape: [4, 6],
    expected: [{ shape: [4, 12], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Reshape that merges input axes',
    a: [2, 2, 6],
    nodes: [node('Reshape', ['a', 'target'], 'w')],
    constants: [integers('target', [-1, 6])],
    shape: [4, 6],
    expected: [{ shape: [2, 2, 6], outputAxes: [2] }],
  },
  {
    title: 'Reshape that merges output axes',
    a: [4, 2, 3],
    nodes: [node('Reshape', ['a', 'target'], 'w')],
    constants: [integers('target', [0, -1])],
    shape: [4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Reshape of a flat constant',
    a: [24],
    nodes: [node('Reshape', ['a', 'target'], 'w')],
    constants: [integers('target', [4, 6])],
    shape: [4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
  {
    title: 'Reshape, then Transpose',
    a: [2, 3, 4],
    nodes: [node('Reshape', ['a', 'target'], 'r'), node('Transpose', ['r'], 'w')],
    constants: [integers('target', [6, 4])],
    shape: [4, 6],
    expected: [{ shape: [6, 4], outputAxes: [0], inputAxis: 1 }],
  },
  {
    title: 'Transpose, then Reshape',
    a: [2, 4, 3],
    nodes: [node('Transpose', ['a'], 't', { perm: [1, 0, 2] }), node('Reshape', ['t', 'target'], 'w')],
    constants: [integers('target', [4, 6])],
    shape: [4, 6],
    expected: [{ shape: [2, 4, 3], outputAxes: [0, 2], inputAxis: 1 }],
  },
  {
    title: 'Cast between float types',
    a: [4, 6],
    nodes: [
      node('Cast', ['a'], 'd', { to: DataType.DOUBLE }),
      node('Cast', ['d'], 'w', { to: DataType.FLOAT }),
    ],
    shape: [4, 6],
    expected: [{ shape: [4, 6], outputAxes: [1], inputAxis: 0 }],
  },
];

const positions = (name: string, dims: readonly number[], offset: number) =>
  makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => offset + i),
  );

/** The two constants hold different positions. */
const offsetOf = { a: 0, b: 10000 } as const;

function parts(chain: Chain, withWeight: boolean) {
  const rank = chain.shape.length;
  const inner = chain.shape[rank - 2] as number;
  const batch = chain.shape.slice(0, -2);
  return {
    nodes: [...chain.nodes, node('MatMul', ['x', 'w'], 'y')],
    initializers: [
      positions('a', chain.a, offsetOf.a),
      ...(chain.b === undefined ? [] : [positions('b', chain.b, offsetOf.b)]),
      ...(chain.constants ?? []),
    ],
    inputs: { x: [...batch, 1, inner] },
    outputs: { y: [...batch, 1, chain.shape[rank - 1] as number], ...(withWeight ? { w: chain.shape } : {}) },
  };
}

async function weightAtRunTime(chain: Chain): Promise<ort.Tensor> {
  const bytes = buildBytes(parts(chain, true), { opset: chain.opset ?? 17 });
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const dims = parts(chain, true).inputs.x;
  const x = new ort.Tensor('float32', new Float32Array(sizeOf(dims)), dims);
  const { w } = await session.run({ x });
  await session.release();
  return w as ort.Tensor;
}

/** Row-major number of the indices along some axes. */
function indexAlong(position: number, shape: readonly number[], axes: readonly number[]): number {
  let [left, index, stride] = [position, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (axes.includes(axis)) {
      index += (left % size) * stride;
      stride *= size;
    }
    left = Math.floor(left / size);
  }
  return index;
}

/** Checks that places of the source with the same index along `from` reach places with one index along `to`. */
function expectRefined(
  site: WeightSite,
  weight: ort.Tensor,
  from: readonly number[],
  to: readonly number[],
): void {
  const reached = new Map<number, number>();
  const offset = offsetOf[site.source.name as 'a' | 'b'];
  (weight.data as Float32Array).forEach((value, place) => {
    const position = value - offset;
    if (position < 0 || position >= sizeOf(site.shape)) return;
    const slice = indexAlong(position, site.shape, from);
    const channel = indexAlong(place, weight.dims, to);
    expect(reached.get(slice) ?? channel).toBe(channel);
    reached.set(slice, channel);
  });
  expect(reached.size).toBeGreaterThan(0);
}

describe.each(chains)('$title', (chain) => {
  const { sites, layers } = describeModel(buildModel(parts(chain, false), { opset: chain.opset ?? 17 }));

  it('is followed to its constants', () => {
    const product = layers.find(({ op }) => op === 'MatMul');
    expect(product?.skipped).toEqual([]);
    expect(
      sites.map(({ shape, outputAxes, inputAxis }) => ({
        shape,
        outputAxes,
        ...(inputAxis === undefined ? {} : { inputAxis }),
      })),
    ).toEqual(chain.expected);
    expect(sites.map(({ source }) => source.name)).toEqual(chain.b === undefined ? ['a'] : ['a', 'b']);
    expect(sites.every(({ uses }) => uses.every(({ direct }) => !direct))).toBe(true);
  });

  it('never puts values of two output channels into one slice', async () => {
    const weight = await weightAtRunTime(chain);
    expect(weight.dims).toEqual(chain.shape);
    const rank = chain.shape.length;
    const outputAxes = chain.shape.flatMap((_, axis) => (axis === rank - 2 ? [] : [axis]));
    for (const site of sites) {
      expectRefined(site, weight, site.outputAxes, outputAxes);
      if (site.inputAxis !== undefined) expectRefined(site, weight, [site.inputAxis], [rank - 2]);
    }
  });
});
