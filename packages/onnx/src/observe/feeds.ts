import { LowbitError, type Batch } from '@lowbit/core';
import { sizeOf, suggestName, toFloat16Bits, strangeValue } from '@lowbit/core/adapter';
import { typeName } from '../model/data-types.js';
import type { OnnxModel } from '../model/model.js';
import { DataType, type GraphProto } from '../schema/proto.js';
import { checkBatch } from './check-batches.js';
import type { OrtRuntime, OrtTensor } from './ort.js';

type Values = ArrayLike<number>;

/** Names and arrays of the runtime's tensors, by element type of the file. */
const makers: ReadonlyMap<number, { type: string; of: (values: Values) => ArrayBufferView }> = new Map([
  [DataType.FLOAT, { type: 'float32', of: (values: Values) => Float32Array.from(values) }],
  [DataType.DOUBLE, { type: 'float64', of: (values: Values) => Float64Array.from(values) }],
  [DataType.FLOAT16, { type: 'float16', of: (values: Values) => float16Bits(values) }],
  [DataType.INT64, { type: 'int64', of: (values: Values) => BigInt64Array.from(values, BigInt) }],
  [DataType.UINT64, { type: 'uint64', of: (values: Values) => BigUint64Array.from(values, BigInt) }],
  [DataType.INT32, { type: 'int32', of: (values: Values) => Int32Array.from(values) }],
  [DataType.UINT32, { type: 'uint32', of: (values: Values) => Uint32Array.from(values) }],
  [DataType.INT16, { type: 'int16', of: (values: Values) => Int16Array.from(values) }],
  [DataType.UINT16, { type: 'uint16', of: (values: Values) => Uint16Array.from(values) }],
  [DataType.INT8, { type: 'int8', of: (values: Values) => Int8Array.from(values) }],
  [DataType.UINT8, { type: 'uint8', of: (values: Values) => Uint8Array.from(values) }],
  [DataType.BOOL, { type: 'bool', of: (values: Values) => Uint8Array.from(values) }],
]);

/** Runtimes give and take bits in a Uint16Array where the language has no Float16Array. */
const float16Bits = (values: Values): Uint16Array =>
  values instanceof Uint16Array ? values.slice() : Uint16Array.from(values, toFloat16Bits);

/** The element type of a tensor of the runtime; `undefined` for one that cannot be given to a model. */
export const elementOf = (type: string): number | undefined =>
  [...makers].find(([, maker]) => maker.type === type)?.[0];

/** Whether values of this element type can be given to a model. */
export const canFeed = (type: number): boolean => makers.has(type);

/** What the model must be given: inputs without a default value, with their element types. */
export function requiredInputs(model: OnnxModel): ReadonlyMap<string, number> {
  const graph = model.proto.graph as GraphProto;
  const defaults = new Set(graph.initializer.map(({ name }) => name));
  const given = graph.input.filter(({ name }) => !defaults.has(name));
  return new Map(
    given.map(({ name, type }) => [name, type?.value.case === 'tensorType' ? type.value.value.elemType : 0]),
  );
}

/**
 * The batch as tensors of the runtime, in the types that the model asks for.
 *
 * @throws LowbitError `calibration-invalid` for inputs that are missing, unknown, of a wrong length or of a type
 *   that numbers cannot fill.
 */
export function feedsOf(
  batch: Batch,
  required: ReadonlyMap<string, number>,
  ort: OrtRuntime,
): Record<string, OrtTensor> {
  checkBatch(batch);
  const { inputs } = batch;
  checkNames(inputs, required);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [
      name,
      tensorOf(name, required.get(name) as number, shape, data, ort),
    ]),
  );
}

function checkNames(inputs: Batch['inputs'], required: ReadonlyMap<string, number>): void {
  const names = [...required.keys()];
  const unknown = Object.keys(inputs).filter((name) => !required.has(name));
  const missing = names.filter((name) => !(name in inputs));
  if (missing.length === 0 && unknown.length === 0) return;
  const received = Object.keys(inputs).join(', ') || 'none';
  const [first] = unknown;
  const suggested = first === undefined ? {} : suggestName(first, missing.length > 0 ? missing : names);
  throw invalid('a batch', `the inputs ${names.join(', ')}`, received, suggested.remedy);
}

/** Values as a tensor of the runtime. @throws LowbitError as {@link feedsOf}. */
export function tensorOf(
  name: string,
  type: number,
  shape: readonly number[],
  data: Values,
  ort: OrtRuntime,
): OrtTensor {
  const maker = makers.get(type);
  if (maker === undefined) throw invalid(`input '${name}'`, 'a tensor of numbers', typeName(type));
  if (data.length !== sizeOf(shape)) {
    throw invalid(`input '${name}'`, `${sizeOf(shape)} values, as its shape says`, `${data.length} values`);
  }
  const strange = strangeValue(data, shape, maker.type.endsWith('int64'));
  if (strange !== undefined)
    throw invalid(`input '${name}', at ${strange.place}`, 'numbers', strange.received, strange.remedy);
  if (maker.type.endsWith('int64') && !Array.from<number | bigint>(data).every(isExact))
    throw invalid(`input '${name}'`, 'integers below 2⁵³, or a BigInt64Array', 'other numbers');
  return new ort.Tensor(maker.type as never, maker.of(data) as never, shape);
}

const isExact = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);

function invalid(where: string, expected: string, received: string, remedy?: string): LowbitError {
  const suggestion = remedy === undefined ? {} : { remedy };
  return new LowbitError({ code: 'calibration-invalid', where, expected, received, ...suggestion });
}
