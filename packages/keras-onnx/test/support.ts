import { readFile } from 'node:fs/promises';

import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';
import type { KerasModel } from '@lowbit/keras';
import * as ort from 'onnxruntime-web';

/** A tensor as the scripts of `@lowbit/keras` write it. */
export interface Stored {
  readonly shape: number[];
  readonly type: 'float32' | 'int32';
  readonly data: string;
}

/** What Keras says about a model. */
export interface Golden {
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Stored[] | Readonly<Record<string, Stored>>;
}

export type Files = ReadonlyMap<string, Uint8Array>;

/** The cases that scripts wrote, by name. @param path Of the archive, from this folder. */
export async function casesOf(path: string): Promise<ReadonlyMap<string, Files>> {
  const bytes = await readFile(new URL(path, import.meta.url));
  const archive = await zipArchive(blobFile(bytesBlob(bytes, path), 0));
  const cases = new Map<string, Map<string, Uint8Array>>();
  for (const entry of archive.entries) {
    const [folder, file] = entry.name.split('/') as [string, string];
    const source = await archive.open(entry);
    const files = cases.get(folder) ?? new Map<string, Uint8Array>();
    cases.set(folder, files.set(file, await source.read(entry.bytes)));
    await source.close();
  }
  return cases;
}

export function goldenOf(files: Files): Golden {
  return JSON.parse(new TextDecoder().decode(files.get('golden.json'))) as Golden;
}

export function valuesOf({ data, type }: Stored): Float32Array | Int32Array {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

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

function declared({ layers }: KerasModel['network'], name: string) {
  return layers.find((layer) => layer.name === name)!.config['dtype'] === 'uint8' ? 'uint8' : undefined;
}

function tensorOf(type: 'float32' | 'int32' | 'uint8', values: Float32Array | Int32Array, shape: number[]) {
  return type === 'uint8'
    ? new ort.Tensor(type, Uint8Array.from(values), shape)
    : new ort.Tensor(type, values, shape);
}

/** The outputs of Keras, in the order of the model. */
export function wanted({ network }: KerasModel, { outputs }: Golden): readonly Stored[] {
  return Array.isArray(outputs)
    ? (outputs as Stored[])
    : network.outputNames!.map((name) => (outputs as Readonly<Record<string, Stored>>)[name]!);
}

/** The largest difference of two results, relative to the largest value where that is above 1. */
export function difference(received: ort.Tensor, expected: ArrayLike<number>): number {
  const values = Array.from(received.data as Float32Array);
  const most = Math.max(1, ...Array.from(expected, Math.abs).filter(Number.isFinite));
  // An average over no steps at all is NaN for Keras too.
  const worst = values.map((value, i) =>
    Object.is(value, expected[i]) ? 0 : Math.abs(value - expected[i]!) / most,
  );
  return values.length === expected.length ? Math.max(...worst) : NaN;
}
