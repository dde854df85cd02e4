import { existsSync, readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';
import type { Feed, Subject } from './models.js';

ort.env.wasm.numThreads = 1;

/** The compared output of a graph in onnxruntime-web; caches of the past are empty. */
export async function runGraph(path: string, { feeds, output }: Subject): Promise<Float32Array> {
  const data = existsSync(`${path}_data`) ? readFileSync(`${path}_data`) : undefined;
  const session = await ort.InferenceSession.create(readFileSync(path), {
    logSeverityLevel: 4,
    ...(data && { externalData: [{ path: 'model.onnx_data', data }] }),
  });
  const given = session.inputNames.map((name) => [name, tensorOf(feeds[name])] as const);
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  return results[output]?.data as Float32Array;
}

function tensorOf(feed: Feed | undefined): ort.Tensor {
  if (feed === undefined) return new ort.Tensor('float32', new Float32Array(), [1, 4, 0, 128]);
  const data = feed.type === 'int64' ? BigInt64Array.from(feed.data, BigInt) : Float32Array.from(feed.data);
  return new ort.Tensor(feed.type, data as Float32Array, feed.shape);
}

/** Signal to noise, dB. */
export function decibels(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let at = 0; at < expected.length; at++) {
    signal += (expected[at] as number) ** 2;
    noise += ((expected[at] as number) - (actual[at] as number)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
