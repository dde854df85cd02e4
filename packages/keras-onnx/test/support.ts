import type { KerasModel } from '@lowbit/keras';
import * as ort from 'onnxruntime-web';
import { expect } from 'vitest';
import { casesOf, expectedOutputs, valuesOf, type Golden } from '../../keras/test/cases.js';

/** What a file gives for the inputs of a case, in the order of its outputs. */
export async function run(
  bytes: Uint8Array,
  { network }: KerasModel,
  golden: Golden,
): Promise<readonly ort.Tensor[]> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feeds = network.inputs.map(({ layer }, i) => {
    const { shape, type } = golden.inputs[i]!;
    return [layer, tensorOf(declared(network, layer) ?? type, valuesOf(golden.inputs[i]!), shape)] as const;
  });
  try {
    const results = await session.run(Object.fromEntries(feeds));
    return session.outputNames.map((name) => results[name]!);
  } finally {
    await session.release();
  }
}

/** Arrays of the types of inputs that a script of Python writes as int32. */
const arrays = {
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int16: (values) => Int16Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int64: (values) => BigInt64Array.from(values, BigInt),
} as const satisfies Record<string, (values: Iterable<number>) => ort.Tensor['data']>;

type DeclaredType = keyof typeof arrays;

function declared({ layers }: KerasModel['network'], name: string): DeclaredType | undefined {
  const type = layers.find((layer) => layer.name === name)!.config['dtype'];
  return Object.keys(arrays).find((each): each is DeclaredType => each === type);
}

function tensorOf(
  type: 'float32' | 'int32' | DeclaredType,
  values: Float32Array | Int32Array,
  shape: number[],
): ort.Tensor {
  return type === 'float32' || type === 'int32'
    ? new ort.Tensor(type, values, shape)
    : new ort.Tensor(type, arrays[type](values) as never, shape);
}

/** The largest difference of two results, relative to the largest value where that is above 1. */
export function difference(received: ort.Tensor, expected: ArrayLike<number>): number {
  const values = Array.from(received.data as Float32Array);
  const most = Array.from(expected).reduce(
    (largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest),
    1,
  );
  // An average over no steps at all is NaN for Keras too.
  const distance = (value: number, i: number) =>
    Object.is(value, expected[i]) ? 0 : Math.abs(value - expected[i]!) / most;
  const worst = values.reduce((largest, value, i) => Math.max(largest, distance(value, i)), 0);
  return values.length === expected.length ? worst : NaN;
}

/** Models that Keras wrote for this package, by name. */
export const ownCases = await casesOf(new URL('../fixtures/cases.zip', import.meta.url));

/** How far outputs of a file of ONNX lie from those of Keras, at most. */
export async function fromKeras(bytes: Uint8Array, model: KerasModel, golden: Golden): Promise<number> {
  const results = await run(bytes, model, golden);
  const expected = expectedOutputs(model, golden);
  expect(results.map(({ dims }) => dims)).toEqual(expected.map(({ shape }) => shape));
  return Math.max(...results.map((result, i) => difference(result, valuesOf(expected[i]!))));
}
