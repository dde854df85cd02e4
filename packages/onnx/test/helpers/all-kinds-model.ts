import { seededRandom } from '@lowbit/core';
import { DataType, type TensorProto } from '../../src/schema/proto.js';
import { makeNode } from '../../src/graph/make-node.js';
import { makeTensor } from '../../src/graph/make-tensor.js';
import { buildBytes } from './build-model.js';

const random = seededRandom(3);

function weight(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: count }, () => 2 * random() - 1),
  );
}

const weights = {
  table: weight('table', [96, 40]),
  w: weight('w', [40, 64]),
  v: weight('v', [64, 64]),
  k: weight('k', [32, 24, 3, 3]),
  g: weight('g', [48, 32]),
  b: weight('b', [32]),
};

/**
 * An embedding, two products in a row, a convolution and a `Gemm`, each with a weight of its own; the `Gemm` has a bias as well; rows of 40 leave a
 * short last group of 32.
 *
 * @param kind Whether weights are initializers or `Constant` nodes.
 */
export function allKindsModel(
  versions: { readonly opset: number; readonly ir: number },
  kind: 'initializer' | 'constant-node' = 'initializer',
): Uint8Array {
  const tensors = Object.values(weights);
  const listed = kind === 'initializer' && versions.ir < 4;
  const constants = tensors.map((tensor) =>
    makeNode({
      op: 'Constant',
      name: `c_${tensor.name}`,
      inputs: [],
      outputs: [tensor.name],
      attributes: { value: { tensor } },
    }),
  );
  const node = (op: string, inputs: string[], output: string) =>
    makeNode({ op, name: `${op}_${output}`, inputs, outputs: [output] });
  const shape = ({ dims }: TensorProto) => dims.map(Number);
  return buildBytes(
    {
      nodes: [
        ...(kind === 'initializer' ? [] : constants),
        node('Gather', ['table', 'ids'], 'rows'),
        node('MatMul', ['rows', 'w'], 'a'),
        node('MatMul', ['a', 'v'], 'y'),
        node('Conv', ['image', 'k'], 'z'),
        node('Gemm', ['flat', 'g', 'b'], 'u'),
      ],
      initializers: kind === 'initializer' ? tensors : [],
      inputs: {
        ids: [5],
        image: [1, 24, 6, 6],
        flat: [2, 48],
        ...(listed ? Object.fromEntries(tensors.map((tensor) => [tensor.name, shape(tensor)])) : {}),
      },
      types: { ids: DataType.INT64 },
      outputs: { y: [5, 64], z: [1, 32, 4, 4], u: [2, 32] },
    },
    versions,
  );
}
