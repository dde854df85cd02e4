import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { dispose, memory, tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Call, Running } from './subject.js';

const compress = promisify(brotliCompress);

/** Bytes of all files of a folder, as they are and after brotli at quality 9, which a server can still do at once. */
export async function fileBytes(folder: string): Promise<{ disk: number; brotli: number }> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const packed = await Promise.all(files.map((bytes) => compress(bytes, options)));
  const sum = (all: readonly Uint8Array[]) => all.reduce((total, { length }) => total + length, 0);
  return { disk: sum(files), brotli: sum(packed) };
}

/** Opens a model, and tells how many bytes of tensors it keeps. */
export async function opened(
  open: () => Promise<Running>,
): Promise<{ running: Running; tensorBytes: number }> {
  const before = memory().numBytes;
  const running = await open();
  return { running, tensorBytes: memory().numBytes - before };
}

/** The outputs `[samples, classes]` of every call. */
export async function outputsOf(running: Running, calls: readonly Call[]): Promise<Float32Array[]> {
  const outputs: Float32Array[] = [];
  for (const { inputs } of calls) {
    const tensors = inputs.map(({ shape, data }): Tensor => tensor(data, [...shape]));
    const output = running.predict(tensors);
    outputs.push((await output.data<'float32'>()).slice());
    dispose([...tensors, output]);
  }
  return outputs;
}
