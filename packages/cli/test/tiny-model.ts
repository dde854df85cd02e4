import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProtoSchema } from 'onnx-buf';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;

export interface TinyModel {
  readonly ir?: bigint;
  readonly opset?: bigint | null;
  readonly nodes?: readonly NodeInit[];
  /** Name of the weight. */
  readonly weight?: string;
  /** The weight at an index. */
  readonly value?: (index: number) => number;
}

const float = 1;
const size = 64;

/** Smooth for no filter, so that none is taken for one of a Fourier transform. */
const chirp = (index: number): number => Math.sin(index * index * 0.37);

/** A model with one MatMul of a 64 × 64 weight, and what is changed about it. */
export function tinyModel(given: TinyModel = {}): Uint8Array {
  const { ir = 8n, opset = 13n, nodes, weight = 'w', value = chirp } = given;
  const values = Float32Array.from({ length: size * size }, (_, i) => value(i));
  const tensor = (name: string, dims: readonly number[]) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType: float,
          shape: { dim: dims.map((dim) => ({ value: { case: 'dimValue' as const, value: BigInt(dim) } })) },
        },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: ir,
    opsetImport: opset === null ? [] : [{ domain: '', version: opset }],
    graph: {
      name: 'tiny',
      node: [...(nodes ?? [{ opType: 'MatMul', name: 'multiply', input: ['x', weight], output: ['y'] }])],
      initializer: [
        {
          name: weight,
          dataType: float,
          dims: [BigInt(size), BigInt(size)],
          rawData: new Uint8Array(values.buffer),
        },
      ],
      input: [tensor('x', [1, size])],
      output: [tensor('y', [1, size])],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Two nodes that need each other's results. */
export const cyclicNodes: readonly NodeInit[] = [
  { opType: 'Add', name: 'first', input: ['x', 'b'], output: ['a'] },
  { opType: 'Add', name: 'second', input: ['a', 'w'], output: ['b'] },
  { opType: 'MatMul', name: 'multiply', input: ['b', 'w'], output: ['y'] },
];
