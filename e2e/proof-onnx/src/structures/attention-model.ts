import {
  DataType,
  integers,
  modelBytes,
  node,
  tensor,
  value,
  weight,
  type NodeProto,
  type TensorProto,
} from './build.js';
import { normalInput } from './inputs.js';
import type { MadeModel } from './made-model.js';

/** Sizes of a stack of transformer blocks. */
export interface AttentionSizes {
  readonly blocks: number;
  /** Length of a token's vector; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  readonly tokens: number;
}

/** Transformer blocks as exporters write them: x [1, tokens, width] → y of the same shape. */
export function attentionModel(
  sizes: AttentionSizes = { blocks: 1, width: 64, heads: 4, tokens: 16 },
): MadeModel {
  const { blocks, width, heads, tokens } = sizes;
  const made = Array.from({ length: blocks }, (_, at) =>
    block(`block${at}`, at === 0 ? 'x' : `y${at - 1}`, `y${at}`, sizes),
  );
  const each = width / heads;
  const shared = [
    integers('split', [1, tokens, heads, each]),
    integers('join', [1, tokens, width]),
    tensor('root', DataType.FLOAT, [], Float32Array.of(1 / Math.sqrt(each))),
  ];
  const last = node('Identity', [`y${blocks - 1}`], ['y']);
  const shape = [1, tokens, width];
  const bytes = modelBytes({
    nodes: [...made.flatMap(({ nodes }) => nodes), last],
    initializers: [...shared, ...made.flatMap(({ weights }) => weights)],
    inputs: [value('x', DataType.FLOAT, shape)],
    outputs: [value('y', DataType.FLOAT, shape)],
  });
  const runs = [7, 8].map((seed) => ({ x: normalInput(shape, seed) }));
  return {
    name: 'attention',
    feature: 'projections, heads, softmax, residual sums',
    bytes,
    runs,
    fourBits: 'group:32',
  };
}

interface Block {
  readonly nodes: readonly NodeProto[];
  readonly weights: readonly TensorProto[];
}

/** Norm → attention → sum → norm → two layers → sum. */
function block(name: string, input: string, output: string, sizes: AttentionSizes): Block {
  const { width } = sizes;
  const seed = 10 * Number(name.replace('block', ''));
  const part = (suffix: string) => `${name}.${suffix}`;
  const weights = [
    ...['q', 'k', 'v', 'o'].map((one, at) => weight(part(one), [width, width], width, seed + at + 1)),
    weight(part('up'), [width, 4 * width], width, seed + 5),
    weight(part('down'), [4 * width, width], 4 * width, seed + 6),
    ones(part('norm1'), width),
    ones(part('norm2'), width),
  ];
  const nodes = [
    node('LayerNormalization', [input, part('norm1')], [part('n1')]),
    ...attention(part),
    node('Add', [input, part('attended')], [part('s1')]),
    node('LayerNormalization', [part('s1'), part('norm2')], [part('n2')]),
    node('MatMul', [part('n2'), part('up')], [part('wide')]),
    node('Gelu', [part('wide')], [part('active')]),
    node('MatMul', [part('active'), part('down')], [part('narrow')]),
    node('Add', [part('s1'), part('narrow')], [output]),
  ];
  return { nodes, weights };
}

function attention(part: (suffix: string) => string): NodeProto[] {
  const project = (one: string, perm: readonly number[]) => [
    node('MatMul', [part('n1'), part(one)], [part(`${one}.flat`)]),
    node('Reshape', [part(`${one}.flat`), 'split'], [part(`${one}.split`)]),
    node('Transpose', [part(`${one}.split`)], [part(`${one}.heads`)], { perm }),
  ];
  return [
    ...project('q', [0, 2, 1, 3]),
    ...project('k', [0, 2, 3, 1]),
    ...project('v', [0, 2, 1, 3]),
    node('MatMul', [part('q.heads'), part('k.heads')], [part('products')]),
    node('Mul', [part('products'), 'root'], [part('scores')]),
    node('Softmax', [part('scores')], [part('shares')], { axis: -1 }),
    node('MatMul', [part('shares'), part('v.heads')], [part('mixed')]),
    node('Transpose', [part('mixed')], [part('tokens')], { perm: [0, 2, 1, 3] }),
    node('Reshape', [part('tokens'), 'join'], [part('joined')]),
    node('MatMul', [part('joined'), part('o')], [part('attended')]),
  ];
}

const ones = (name: string, width: number) =>
  tensor(name, DataType.FLOAT, [width], new Float32Array(width).fill(1));
