import type { io } from '@tensorflow/tfjs-core';
import { bells, sizeOf } from '../random.js';

const numbers = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const convolving = {
  strides: numbers([1, 1, 1, 1]),
  dilations: numbers([1, 1, 1, 1]),
  padding: text('VALID'),
  data_format: text('NHWC'),
};
const fused = {
  fused_ops: { list: { s: ['BiasAdd', 'Relu'].map((name) => text(name).s) } },
  num_args: { i: '1' },
};

/** A graph model of plain and fused operators, a product that two nodes take, and a table. */
export function graphArtifacts(): io.ModelArtifacts {
  const nodes: object[] = [];
  const specs: object[] = [];
  const parts: Uint8Array[] = [];
  const node = (op: string, name: string, input: readonly string[], attr: object = {}): string => {
    nodes.push({ name, op, input, attr });
    return name;
  };
  const store = (
    name: string,
    shape: readonly number[],
    dtype: string,
    values: Float32Array | Int32Array,
  ) => {
    specs.push({ name, shape, dtype });
    parts.push(new Uint8Array(values.buffer));
    return node('Const', name, [], { dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' } });
  };
  const weight = (name: string, shape: readonly number[]) =>
    store(name, shape, 'float32', bells(sizeOf(shape), 0.2, specs.length + 1));
  const input = (name: string, shape: readonly number[], type: string) =>
    node('Placeholder', name, [], {
      dtype: { type },
      shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } },
    });

  const x = input('x', [-1, 8, 8, 3], 'DT_FLOAT');
  const conv = node('Conv2D', 'conv', [x, weight('conv/kernel', [3, 3, 3, 16])], convolving);
  const biased = node('BiasAdd', 'conv/biased', [conv, weight('conv/bias', [16])]);
  const depthwise = node(
    'FusedDepthwiseConv2dNative',
    'depthwise',
    [biased, weight('depthwise/kernel', [3, 3, 16, 2]), weight('depthwise/bias', [32])],
    { ...convolving, ...fused },
  );
  const pooled = node('Mean', 'pool', [depthwise, store('axes', [2], 'int32', Int32Array.of(1, 2))]);
  const square = node('Identity', 'square/read', [weight('square/kernel', [32, 32])]);
  const once = node('MatMul', 'square', [pooled, square], { transpose_b: { b: true } });
  const twice = node('MatMul', 'again', [once, square], { transpose_b: { b: true } });
  const last = [twice, weight('last/kernel', [32, 20]), weight('last/bias', [20])];
  const y = node('Softmax', 'y', [node('_FusedMatMul', 'last', last, fused)]);
  const sizes = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
  const signature = {
    inputs: { x: { name: `${x}:0`, dtype: 'DT_FLOAT', tensorShape: sizes([-1, 8, 8, 3]) } },
    outputs: { y: { name: `${y}:0`, dtype: 'DT_FLOAT', tensorShape: sizes([-1, 20]) } },
  };
  return {
    format: 'graph-model',
    modelTopology: { node: nodes, library: {}, versions: { producer: 1, minConsumer: 1 } },
    userDefinedMetadata: { signature },
    weightSpecs: specs as io.WeightsManifestEntry[],
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
  };
}
