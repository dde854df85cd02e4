import { sizeOf } from '@lowbit/core/adapter';
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

/** Channels, which are as many before as behind, and positions: a side of a picture, or rows of a matrix. */
export interface LayerCase {
  readonly channels: number;
  /** Side of the window; absent: a product of matrices. */
  readonly kernel?: number;
  readonly positions: number;
}

/** The shape of what such a layer takes and gives. */
export const shapeOf = ({ channels, kernel, positions }: LayerCase): readonly number[] =>
  kernel === undefined ? [positions, channels] : [1, channels, positions, positions];

/** A chain of equal layers, in floats or as lowbit writes them in integers: with measured or with fixed ranges. */
export function layerNet(given: LayerCase, form: 'float' | 'measured' | 'fixed', count: number): Uint8Array {
  const layers = Array.from({ length: count }, (_, at) => {
    const [x, y] = [at === 0 ? 'x' : `v${at - 1}`, at === count - 1 ? 'y' : `v${at}`];
    return form === 'float' ? floatLayer(given, x, y) : integerLayer(given, x, y, form);
  });
  return modelBytes({
    nodes: layers.flatMap(({ nodes }) => nodes),
    initializers: layers.flatMap(({ constants }) => constants),
    inputs: [value('x', DataType.FLOAT, shapeOf(given))],
    outputs: [value('y', DataType.FLOAT, shapeOf(given))],
  });
}

interface Layer {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}

const dimsOf = ({ channels, kernel }: LayerCase): readonly number[] =>
  kernel === undefined ? [channels, channels] : [channels, channels, kernel, kernel];

const windowOf = ({ kernel = 1 }: LayerCase) => ({
  kernel_shape: [kernel, kernel],
  pads: Array<number>(4).fill((kernel - 1) / 2),
});

const floats = (name: string, dims: readonly number[], each: number): TensorProto =>
  tensor(name, DataType.FLOAT, dims, new Float32Array(sizeOf(dims)).fill(each));

function floatLayer(given: LayerCase, x: string, y: string): Layer {
  const { channels, kernel } = given;
  const [w, b] = [`${y}.w`, `${y}.b`];
  const dims = dimsOf(given);
  const layer =
    kernel === undefined ? node('Gemm', [x, w, b], [y]) : node('Conv', [x, w, b], [y], windowOf(given));
  return {
    nodes: [layer],
    constants: [weight(w, dims, sizeOf(dims) / channels, 1), floats(b, [channels], 0.01)],
  };
}

function integerLayer(given: LayerCase, x: string, y: string, form: 'measured' | 'fixed'): Layer {
  const { channels, kernel } = given;
  const part = (name: string) => `${y}.${name}`;
  const isConv = kernel !== undefined;
  const along = isConv ? [1, channels, 1, 1] : [channels];
  const dims = dimsOf(given);
  const codes = Uint8Array.from({ length: sizeOf(dims) }, (_, at) => (at * 37) & 255);
  const byte = (name: string, each: number) => tensor(part(name), DataType.UINT8, [], Uint8Array.of(each));
  const isMeasured = form === 'measured';
  const factors = isMeasured ? [node('Mul', [part('scale'), part('steps')], [part('factors')])] : [];
  return {
    nodes: [
      isMeasured
        ? node('DynamicQuantizeLinear', [x], [part('codes'), part('scale'), part('zero')])
        : node('QuantizeLinear', [x, part('scale'), part('zero')], [part('codes')]),
      isConv
        ? node(
            'ConvInteger',
            [part('codes'), part('w'), part('zero'), part('middle')],
            [part('sums')],
            windowOf(given),
          )
        : node('MatMulInteger', [part('codes'), part('w'), part('zero')], [part('sums')]),
      node('Cast', [part('sums')], [part('floats')], { to: DataType.FLOAT }),
      ...factors,
      node('Mul', [part('floats'), part(isMeasured ? 'factors' : 'steps')], [part('scaled')]),
      node('Add', [part('scaled'), part('bias')], [y]),
    ],
    constants: [
      tensor(part('w'), isConv ? DataType.UINT8 : DataType.INT8, dims, codes),
      ...[floats(part('steps'), along, 1e-4), floats(part('bias'), along, 0.01)],
      ...(isConv ? [byte('middle', 128)] : []),
      ...(isMeasured ? [] : [floats(part('scale'), [], 0.03), byte('zero', 128)]),
    ],
  };
}
