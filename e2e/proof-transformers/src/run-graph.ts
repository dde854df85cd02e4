import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as ort from 'onnxruntime-web';
import type { Feed, Subject } from './models.js';

ort.env.wasm.numThreads = 1;

/** The compared output of a graph in onnxruntime-web; caches of the past are empty. */
export async function runGraph(path: string, { feeds, output }: Subject): Promise<Float32Array> {
  const name = basename(path);
  const beside = readdirSync(dirname(path)).filter((file) => file.startsWith(`${name}_data`));
  const externalData = beside.map((file) => ({ path: file, data: readFileSync(join(dirname(path), file)) }));
  const session = await ort.InferenceSession.create(readFileSync(path), {
    logSeverityLevel: 4,
    ...(externalData.length > 0 && { externalData }),
  });
  const given = session.inputNames.map((input) => [input, tensorOf(input, feeds[input])] as const);
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  return results[output]?.data as Float32Array;
}

function tensorOf(input: string, feed: Feed | undefined): ort.Tensor {
  if (input === 'use_cache_branch') return new ort.Tensor('bool', [false], [1]);
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
