import * as ort from 'onnxruntime-web';

/** Runs a model once in onnxruntime-web (WebAssembly, one thread); gives its outputs by name. */
export async function runModel(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, ort.Tensor>> = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const outputs = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(outputs).map(([name, tensor]) => [name, Float32Array.from(tensor.data as Float32Array)]),
  );
}

/** A float32 tensor from a seeded sequence in [−1, 1). */
export function noise(dims: readonly number[], random: () => number): ort.Tensor {
  const count = dims.reduce((product, size) => product * size, 1);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length: count }, () => 2 * random() - 1),
    dims,
  );
}

/** A bool scalar. */
export function boolean(value: boolean): ort.Tensor {
  return new ort.Tensor('bool', [value], []);
}
