import { seededRandom } from '@lowbit/core';
import { joinBytes, sizeOf } from '@lowbit/core/adapter';
import { plainWeight, type PlainForm, type StoredWeight } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import type { GraphFunction, GraphNode } from '../src/graph/graph-topology.js';

type Attributes = NonNullable<GraphNode['attr']>;

const numbers = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });

/** Attributes that convolutions need: steps of 1, no padding, channels last. */
export const convolving = {
  strides: numbers([1, 1, 1, 1]),
  dilations: numbers([1, 1, 1, 1]),
  padding: text('VALID'),
  data_format: text('NHWC'),
} as unknown as Attributes;

/** A bias and a rectifier in the node before it. */
export const fused = {
  fused_ops: { list: { s: ['BiasAdd', 'Relu'].map((name) => text(name).s) } },
  num_args: { i: '1' },
} as unknown as Attributes;

/** Puts a graph model together, node by node; weights are seeded in [-0.5, 0.5). */
export interface GraphBuilder {
  /** What the user feeds. */
  input(name: string, shape: readonly number[], type?: 'DT_FLOAT' | 'DT_INT32'): string;
  weight(name: string, shape: readonly number[], form?: PlainForm): string;
  integers(name: string, values: readonly number[], shape?: readonly number[]): string;
  node(op: string, name: string, input: readonly string[], attr?: Attributes): string;
  artifacts(output: string, functions?: readonly GraphFunction[]): io.ModelArtifacts;
}

export function graphBuilder(): GraphBuilder {
  const nodes: GraphNode[] = [];
  const weights: StoredWeight[] = [];
  const random = seededRandom(5);
  const add = (node: GraphNode) => {
    nodes.push(node);
    return node.name;
  };
  const constant = (name: string, type: string) =>
    add({ name, op: 'Const', attr: { dtype: { type } } as unknown as Attributes });
  return {
    input: (name, shape, type = 'DT_FLOAT') => {
      const dim = shape.map((size) => ({ size: String(size) }));
      return add({
        name,
        op: 'Placeholder',
        attr: { dtype: { type }, shape: { shape: { dim } } } as unknown as Attributes,
      });
    },
    weight: (name, shape, form = 'float32') => {
      const values = Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5);
      weights.push(plainWeight(name, shape, values, form));
      return constant(name, 'DT_FLOAT');
    },
    integers: (name, values, shape = [values.length]) => {
      weights.push({
        spec: { name, shape, dtype: 'int32' },
        bytes: new Uint8Array(Int32Array.from(values).buffer),
      });
      return constant(name, 'DT_INT32');
    },
    node: (op, name, input, attr = {}) => add({ name, op, input, attr }),
    artifacts: (output, functions = []) => ({
      format: 'graph-model',
      modelTopology: {
        // TensorFlow does not promise an order.
        node: [...nodes].reverse(),
        library: { function: functions },
        versions: { producer: 1, minConsumer: 1 },
      },
      userDefinedMetadata: { signature: { outputs: { y: { name: `${output}:0` } } }, mine: 1 },
      weightSpecs: weights.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
      weightData: joinBytes(weights.map(({ bytes }) => bytes)).buffer as ArrayBuffer,
    }),
  };
}

/** A small network of plain and fused operators, its weights in several forms, one product used twice. */
export function imageGraph(): io.ModelArtifacts {
  const { input, weight, integers, node, artifacts } = graphBuilder();
  const x = input('x', [-1, 8, 8, 3]);
  const kernel = node('Identity', 'conv/read', [weight('conv/kernel', [3, 3, 3, 4], 'uint8')]);
  const conv = node('Conv2D', 'conv', [x, kernel], convolving);
  const biased = node('BiasAdd', 'conv/biased', [conv, weight('conv/bias', [4], 'float16')]);
  const depthwise = node(
    'FusedDepthwiseConv2dNative',
    'depthwise',
    [biased, weight('depthwise/kernel', [3, 3, 4, 2], 'float16'), weight('depthwise/bias', [8])],
    { ...convolving, ...fused },
  );
  const pointwise = node(
    '_FusedConv2D',
    'pointwise',
    [depthwise, weight('pointwise/kernel', [1, 1, 8, 6], 'uint16'), weight('pointwise/bias', [6])],
    { ...convolving, ...fused },
  );
  const pooled = node('Mean', 'pool', [pointwise, integers('pool/axes', [1, 2])]);
  const square = node('Identity', 'square/read', [weight('square/kernel', [6, 6])]);
  const once = node('MatMul', 'square', [pooled, square], { transpose_b: { b: true } });
  const twice = node('MatMul', 'square again', [once, square], { transpose_b: { b: true } });
  const product = node(
    '_FusedMatMul',
    'last',
    [twice, weight('last/kernel', [6, 5]), weight('last/bias', [5])],
    {
      ...fused,
      fused_ops: { list: { s: [text('BiasAdd').s] } } as unknown as object,
    },
  );
  return artifacts(node('Softmax', 'y', [product]));
}
