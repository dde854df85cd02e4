import type { Batch } from '@lowbit/core';
import { withSession } from '@lowbit/e2e-real-models';
import * as ort from 'onnxruntime-web/wasm';

/** Runs a model on every batch; gives all of its floats, one array an output. */
export function runBatches(bytes: Uint8Array, batches: readonly Batch[]): Promise<readonly Float32Array[]> {
  return withSession(bytes, async (session) => {
    const integers = new Set(
      session.inputMetadata.flatMap((one) => (one.isTensor && one.type === 'int64' ? [one.name] : [])),
    );
    const outputs: Float32Array[] = [];
    for (const { inputs } of batches) {
      const feeds = Object.entries(inputs).map(([name, { shape, data }]) => {
        const tensor = integers.has(name)
          ? new ort.Tensor('int64', BigInt64Array.from(Array.from(data, BigInt)), shape)
          : new ort.Tensor('float32', Float32Array.from(data), shape);
        return [name, tensor] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      for (const { type, data } of Object.values(results))
        if (type === 'float32') outputs.push((data as Float32Array).slice());
    }
    return outputs;
  });
}
