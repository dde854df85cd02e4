import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { outputScale, type Work, type WorkValues } from '../work.js';

/** A layer as an ONNX file, from float32 to float32: computed in floats, or in integers of 8 bits. */
export function onnxLayer(work: Work, { weights }: WorkValues, isInteger: boolean): Uint8Array {
  const values = work.kind === 'conv' ? outputsFirst(weights, work.channels) : weights;
  const shape = work.kind === 'conv' ? [work.channels, work.channels, 3, 3] : [work.size, work.size];
  const integers = Int8Array.from(values, (value) => Math.round(value * 127));
  const w = isInteger
    ? tensor('w', DataType.INT8, shape, integers)
    : tensor('w', DataType.FLOAT, shape, values);
  const numbers = isInteger ? scalesOf(work) : [];
  const graph = create(GraphProtoSchema, {
    name: 'layer',
    node: isInteger ? integerNodes(work) : floatNodes(work),
    initializer: [w, ...numbers],
    input: [declared('x', shapeOf(work))],
    output: [declared('y', shapeOf(work))],
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph,
  });
  return toBinary(ModelProtoSchema, model);
}

/** Of inputs and outputs alike. */
export function shapeOf(work: Work): number[] {
  return work.kind === 'conv' ? [1, work.channels, work.size, work.size] : [work.rows, work.size];
}

function floatNodes(work: Work): NodeProto[] {
  return work.kind === 'conv'
    ? [node('Conv', ['x', 'w'], ['y'], [1, 1, 1, 1])]
    : [node('MatMul', ['x', 'w'], ['y'])];
}

/** A convolution has ranges that are known, a product measures its inputs: the fastest that there is for each. */
function integerNodes(work: Work): NodeProto[] {
  if (work.kind === 'conv') {
    const given = ['xq', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'xz'];
    return [
      node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
      node('QLinearConv', given, ['yq'], [1, 1, 1, 1]),
      node('DequantizeLinear', ['yq', 'ys', 'xz'], ['y']),
    ];
  }
  return [
    node('DynamicQuantizeLinear', ['x'], ['xq', 'xs', 'xz']),
    node('MatMulInteger', ['xq', 'w', 'xz', 'wz'], ['sums']),
    node('Cast', ['sums'], ['floats']),
    node('Mul', ['xs', 'ws'], ['scale']),
    node('Mul', ['floats', 'scale'], ['y']),
  ];
}

function scalesOf(work: Work): TensorProto[] {
  const ofBoth = [
    tensor('ws', DataType.FLOAT, [], Float32Array.of(1 / 127)),
    tensor('wz', DataType.INT8, [], new Int8Array(1)),
  ];
  if (work.kind === 'product') return ofBoth;
  return [
    ...ofBoth,
    tensor('xs', DataType.FLOAT, [], Float32Array.of(1 / 127)),
    tensor('xz', DataType.UINT8, [], Uint8Array.of(128)),
    tensor('ys', DataType.FLOAT, [], Float32Array.of(outputScale(work))),
  ];
}

function node(opType: string, input: string[], output: string[], pads?: number[]): NodeProto {
  const attribute = [
    ...(pads ? [{ name: 'pads', type: AttributeType.INTS, ints: pads.map(BigInt) }] : []),
    ...(opType === 'Cast' ? [{ name: 'to', type: AttributeType.INT, i: BigInt(DataType.FLOAT) }] : []),
  ].map((one) => create(AttributeProtoSchema, one));
  return create(NodeProtoSchema, { opType, name: `${opType} of ${output[0]}`, input, output, attribute });
}

function tensor(
  name: string,
  dataType: DataType,
  shape: number[],
  values: Float32Array | Int8Array | Uint8Array,
) {
  const rawData = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData });
}

function declared(name: string, shape: number[]) {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  const value = { elemType: DataType.FLOAT, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value } } });
}

/** From `[3, 3, inputs, outputs]` to `[outputs, inputs, 3, 3]`. */
function outputsFirst(weights: Float32Array, channels: number): Float32Array {
  const moved = new Float32Array(weights.length);
  for (let tap = 0, from = 0; tap < 9; tap++)
    for (let input = 0; input < channels; input++)
      for (let output = 0; output < channels; output++)
        moved[(output * channels + input) * 9 + tap] = weights[from++]!;
  return moved;
}
