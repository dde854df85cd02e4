import type { Batch } from '@lowbit/core';
import * as ort from 'onnxruntime-web/wasm';

ort.env.wasm.numThreads = 1;

export type Session = ort.InferenceSession;
export type Feeds = Record<string, ort.Tensor>;

/** Opens a model on ONNX Runtime Web's WebAssembly provider, with one thread and no log lines. */
export function openSession(bytes: Uint8Array): Promise<Session> {
  return ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 4 });
}

/** Opens a model, does `work`, and releases the model whatever happens. */
export async function withSession<Result>(
  bytes: Uint8Array,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(bytes);
  try {
    return await work(session);
  } finally {
    await session.release();
  }
}

export function float32(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, shape);
}

/** A scalar, which ONNX calls a tensor of shape []. */
export function int64(value: bigint): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(value), []);
}

/** Feeds as a batch of data for lowbit. */
export function batchOf(feeds: Feeds): Batch {
  const inputs = Object.entries(feeds).map(([name, { dims, data }]) => {
    const values = Array.from(data as ArrayLike<number | bigint>, Number);
    return [name, { shape: dims, data: Float32Array.from(values) }] as const;
  });
  return { inputs: Object.fromEntries(inputs) };
}

/** Runs a model and gives its first output; the values are a copy, not a view of the runtime's memory. */
export async function runOnce(
  session: Session,
  feeds: Feeds,
): Promise<{ data: Float32Array; shape: readonly number[] }> {
  const outputs = await session.run(feeds);
  const output = outputs[session.outputNames[0]!]!;
  return { data: output.data as Float32Array, shape: output.dims };
}
