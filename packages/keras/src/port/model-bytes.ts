import { isLowbitError } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';

import { isBlob, type KerasFile } from '../file.js';
import type { KerasModel } from '../model.js';
import type { KerasSource } from '../source/source.js';
import { tfjsModelFiles } from '../tfjs/tfjs-model-files.js';
import { weightBytes } from './describe-layer.js';

/** Bytes of all files that a model is read from; of text and objects, as JSON. */
export function sourceBytes(source: KerasSource): number {
  if (isFile(source)) return partBytes(source);
  const parts =
    'modelJson' in source
      ? [source.modelJson, ...Object.values(source.shards)]
      : [source.topology, ...[source.weights ?? []].flat()];
  return parts.reduce<number>((sum, part) => sum + partBytes(part), 0);
}

/** Bytes of all files of a model of TensorFlow.js; of the weights alone where that lacks one of its layers. */
export function writtenBytes(model: KerasModel): number {
  try {
    const { json, shards } = tfjsModelFiles(model);
    return shards.reduce((sum, { bytes }) => sum + bytes, textBytes(json));
  } catch (error) {
    if (!isLowbitError(error) || error.code !== 'layer-unsupported') throw error;
    // What is not packed is written as float32, whatever the file of Keras has.
    const floats = (shape: readonly number[]) => sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
    return model.weights.reduce(
      (sum, weight) => sum + (weight.packed === undefined ? floats(weight.shape) : weightBytes(weight)),
      0,
    );
  }
}

const isFile = (value: KerasSource): value is KerasFile =>
  value instanceof Uint8Array || value instanceof ArrayBuffer || isBlob(value);

function partBytes(part: unknown): number {
  if (part instanceof Uint8Array || part instanceof ArrayBuffer) return part.byteLength;
  if (isBlob(part)) return part.size;
  return textBytes(typeof part === 'string' ? part : JSON.stringify(part));
}

const textBytes = (text: string): number => new TextEncoder().encode(text).length;
