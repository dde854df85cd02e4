import { fromBinary } from '@bufbuild/protobuf';
import { TensorProto_DataType as DataType, TensorProtoSchema, type TensorProto } from 'onnx-buf';
import * as ort from 'onnxruntime-web/wasm';

type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
type Array64 = BigInt64Array | BigUint64Array | Float32Array | Float64Array;
type Values = Numbers | Array64;

interface Kind {
  readonly type: ort.Tensor.Type;
  /** Views the raw bytes, or takes the numbers of a field. */
  readonly values: { new (buffer: ArrayBuffer): Values; from(numbers: Iterable<never>): Values };
}

const kind = (type: ort.Tensor.Type, values: unknown) => ({ type, values }) as Kind;

const kinds: ReadonlyMap<DataType, Kind> = new Map([
  [DataType.FLOAT, kind('float32', Float32Array)],
  [DataType.DOUBLE, kind('float64', Float64Array)],
  [DataType.FLOAT16, kind('float16', Uint16Array)],
  [DataType.INT8, kind('int8', Int8Array)],
  [DataType.UINT8, kind('uint8', Uint8Array)],
  [DataType.BOOL, kind('bool', Uint8Array)],
  [DataType.INT16, kind('int16', Int16Array)],
  [DataType.UINT16, kind('uint16', Uint16Array)],
  [DataType.INT32, kind('int32', Int32Array)],
  [DataType.UINT32, kind('uint32', Uint32Array)],
  [DataType.INT64, kind('int64', BigInt64Array)],
  [DataType.UINT64, kind('uint64', BigUint64Array)],
]);

/** A tensor of a `.pb` file as onnxruntime-web takes it; `undefined` for types that it has not, and for sequences. */
export function readTensor(bytes: Uint8Array): ort.Tensor | undefined {
  const proto = fromBinary(TensorProtoSchema, bytes);
  const dims = proto.dims.map(Number);
  if (proto.dataType === DataType.STRING)
    return new ort.Tensor(
      'string',
      proto.stringData.map((text) => new TextDecoder().decode(text)),
      dims,
    );
  const found = kinds.get(proto.dataType);
  if (found === undefined) return undefined;
  return new ort.Tensor(found.type, valuesOf(proto, found) as Float32Array, dims);
}

function valuesOf(proto: TensorProto, { values }: Kind): Values {
  if (proto.rawData.length > 0) return new values(Uint8Array.from(proto.rawData).buffer);
  const fields = [proto.floatData, proto.doubleData, proto.int64Data, proto.uint64Data, proto.int32Data];
  return values.from((fields.find((field) => field.length > 0) ?? []) as Iterable<never>);
}
