import { LowbitError, type Batch } from '@lowbit/core';
import { fromFloat16Bits, toFloat16Bits } from '@lowbit/core/adapter';
import type { CalibrationInput } from '@lowbit/data';
import type { OutputValues } from '@lowbit/report';

import type { Feeds, Runtime, Tensor } from '../runtime/load-runtime.js';

type Values = ArrayLike<number>;

/** Arrays that the runtime takes, by element type. */
const arrays: ReadonlyMap<string, (values: Values) => ArrayBufferView> = new Map<
  string,
  (values: Values) => ArrayBufferView
>([
  ['float32', (values) => Float32Array.from(values)],
  ['float64', (values) => Float64Array.from(values)],
  ['float16', (values) => Uint16Array.from(values, toFloat16Bits)],
  ['int64', (values) => BigInt64Array.from(values, BigInt)],
  ['uint64', (values) => BigUint64Array.from(values, BigInt)],
  ['int32', (values) => Int32Array.from(values)],
  ['uint32', (values) => Uint32Array.from(values)],
  ['int16', (values) => Int16Array.from(values)],
  ['uint16', (values) => Uint16Array.from(values)],
  ['int8', (values) => Int8Array.from(values)],
  ['uint8', (values) => Uint8Array.from(values)],
  ['bool', (values) => Uint8Array.from(values)],
]);

/**
 * A batch as tensors of the types that the model asks for.
 *
 * @throws LowbitError `calibration-invalid` for a type that the runtime does not take.
 */
export function toFeeds(
  inputs: Batch['inputs'],
  wanted: readonly CalibrationInput[],
  runtime: Runtime,
): Feeds {
  return Object.fromEntries(
    wanted.map((input) => {
      const { shape, data } = inputs[input.name] as Batch['inputs'][string];
      return [input.name, toTensor(input, shape, data, runtime)];
    }),
  );
}

function toTensor(
  { name, type }: CalibrationInput,
  shape: readonly number[],
  data: Values,
  runtime: Runtime,
): Tensor {
  const array = arrays.get(type);
  if (array !== undefined) return new runtime.Tensor(type as 'float32', array(data) as Float32Array, shape);
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `input ${name}`,
    expected: `one of the types ${[...arrays.keys()].join(', ')}`,
    received: type,
    remedy: 'The runtime takes no input of this type.',
  });
}

/**
 * An output of a run. Its values are read when they are asked for, so that the time of a run is the runtime's alone: float16 is
 * widened, whole numbers of 64 bits are rounded to doubles.
 *
 * @throws LowbitError `layer-unsupported` for text.
 */
export function outputOf({ data, dims, type }: Tensor, name: string): OutputValues {
  const read = readerOf(data, type, name);
  return {
    shape: dims,
    get data() {
      return read();
    },
  };
}

function readerOf(values: unknown, type: string, name: string): () => Values {
  if (type === 'float16' && values instanceof Uint16Array)
    return () => Float32Array.from(values, fromFloat16Bits);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    return () => Array.from(values, Number);
  if (isArrayOfNumbers(values)) return () => values;
  throw new LowbitError({
    code: 'layer-unsupported',
    where: `output ${name}`,
    expected: 'an output of numbers',
    received: type,
    remedy: 'Remove this output from both models.',
  });
}

/** Of the typed arrays those of 64-bit integers hold no numbers. */
function isArrayOfNumbers(values: unknown): values is Values {
  return ArrayBuffer.isView(values) && !(values instanceof BigInt64Array || values instanceof BigUint64Array);
}
