import { sizeOf } from '@lowbit/core/adapter';
import { attentionModel } from '../structures/attention-model.js';
import {
  DataType,
  modelBytes,
  node,
  tensor,
  value,
  weight,
  type NodeProto,
  type TensorProto,
} from '../structures/build.js';

/** A network that is timed, and the shape of its input `x`. */
export interface TimedNet {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

/** One layer of a chain. */
type Step =
  | { readonly kind: 'dense'; readonly outputs: number }
  | { readonly kind: 'conv'; readonly outputs: number; readonly kernel: number; readonly depthwise?: true }
  | { readonly kind: 'pool' }
  | { readonly kind: 'flatten' };

const dense = (outputs: number): Step => ({ kind: 'dense', outputs });
const conv = (outputs: number, kernel: number): Step => ({ kind: 'conv', outputs, kernel });
const depthwise = (outputs: number): Step => ({ kind: 'conv', outputs, kernel: 3, depthwise: true });
const times = <T>(count: number, ...steps: readonly T[]): T[] =>
  Array.from({ length: count }, () => steps).flat();

interface Made {
  readonly nodes: readonly NodeProto[];
  readonly weights: readonly TensorProto[];
  /** Of what comes out. */
  readonly shape: readonly number[];
}

/** Nodes of one layer, with a rectifier behind it: x → y. */
function layer(step: Step, x: string, y: string, shape: readonly number[], seed: number): Made {
  const [batch = 1, channels = 1, ...sides] = shape;
  if (step.kind === 'flatten')
    return { nodes: [node('Flatten', [x], [y])], weights: [], shape: [batch, sizeOf(shape.slice(1))] };
  if (step.kind === 'pool') {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    return {
      nodes: [node('MaxPool', [x], [y], attributes)],
      weights: [],
      shape: [batch, channels, ...sides.map((side) => Math.floor(side / 2))],
    };
  }
  const { outputs } = step;
  const [w, b, sum] = [`${y}.w`, `${y}.b`, `${y}.sum`];
  const bias = tensor(b, DataType.FLOAT, [outputs], new Float32Array(outputs).fill(0.01));
  const last = node('Relu', [sum], [y]);
  if (step.kind === 'dense') {
    return {
      nodes: [node('Gemm', [x, w, b], [sum]), last],
      weights: [weight(w, [channels, outputs], channels, seed), bias],
      shape: [batch, outputs],
    };
  }
  const { kernel } = step;
  const group = step.depthwise === true ? channels : 1;
  const pads = Array<number>(4).fill((kernel - 1) / 2);
  const dims = [outputs, channels / group, kernel, kernel];
  return {
    nodes: [node('Conv', [x, w, b], [sum], { kernel_shape: [kernel, kernel], pads, group }), last],
    weights: [weight(w, dims, sizeOf(dims.slice(1)), seed), bias],
    shape: [batch, outputs, ...sides],
  };
}

/** A chain of layers: x → y. */
function chain(name: string, shape: readonly number[], steps: readonly Step[]): TimedNet {
  const made: Made[] = [];
  for (const [at, step] of steps.entries()) {
    const [x, y] = [at === 0 ? 'x' : `v${at - 1}`, at === steps.length - 1 ? 'y' : `v${at}`];
    made.push(layer(step, x, y, made.at(-1)?.shape ?? shape, at + 1));
  }
  const bytes = modelBytes({
    nodes: made.flatMap(({ nodes }) => nodes),
    initializers: made.flatMap(({ weights }) => weights),
    inputs: [value('x', DataType.FLOAT, shape)],
    outputs: [value('y', DataType.FLOAT, made.at(-1)?.shape ?? shape)],
  });
  return { name, bytes, shape };
}

function transformer(name: string, blocks: number, width: number, tokens: number): TimedNet {
  const { bytes } = attentionModel({ blocks, width, heads: 4, tokens });
  return { name, bytes, shape: [1, tokens, width] };
}

/** Networks of seeded weights, from those that are slower in integers to those that are faster. */
export const madeNets = (): readonly TimedNet[] => [
  chain('perceptron, 8 × 64', [1, 64], times(8, dense(64))),
  chain('perceptron, 8 × 256', [1, 256], times(8, dense(256))),
  chain('4 × 4 pixels, 16 channels', [1, 16, 4, 4], times(8, conv(16, 3))),
  chain('pointwise, 4 × 4 pixels, 64 channels', [1, 64, 4, 4], times(12, conv(64, 1))),
  chain(
    'depthwise and pointwise, 14 × 14, 64 channels',
    [1, 64, 14, 14],
    times(4, depthwise(64), conv(64, 1)),
  ),
  chain(
    'digits, 28 × 28',
    [1, 1, 28, 28],
    [
      conv(8, 5),
      { kind: 'pool' },
      conv(16, 5),
      { kind: 'pool' },
      { kind: 'flatten' },
      dense(120),
      dense(84),
      dense(10),
    ],
  ),
  chain('28 × 28 pixels, 64 channels', [1, 64, 28, 28], times(3, conv(64, 3))),
  transformer('transformer, one token of 64', 4, 64, 1),
  transformer('transformer, 16 tokens of 64', 4, 64, 16),
  transformer('transformer, 128 tokens of 192', 2, 192, 128),
];
