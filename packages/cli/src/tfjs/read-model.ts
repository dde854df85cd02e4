import { readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { isLowbitError, LowbitError } from '@lowbit/core';
import {
  parseModelJson,
  readWeights,
  renamedFile,
  type ModelJson,
  type StoredWeight,
} from '@lowbit/tfjs-format';

import { readExternal } from '../files/read-external.js';
import { readInput } from '../files/read-input.js';

/** The JSON of a TensorFlow.js model. */
export interface TfjsJson {
  readonly file: string;
  readonly json: ModelJson;
  /** Bytes of the JSON. */
  readonly bytes: number;
}

/** A TensorFlow.js model with its weights, as they are stored. */
export interface TfjsFile extends TfjsJson {
  readonly weights: readonly StoredWeight[];
  /** Bytes of the JSON and of all weight files. */
  readonly totalBytes: number;
}

/** Longest text that a string can hold everywhere. */
const longestJson = 2 ** 28;

/**
 * Reads a `model.json`.
 *
 * @throws LowbitError `model-malformed`, `model-too-large`, `external-data`, or an error of the file system.
 */
export async function readTfjsJson(file: string, signal: AbortSignal): Promise<TfjsJson> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > longestJson) throw tooLarge(file, size);
  const bytes = await readInput(file, signal);
  return { file, json: parseModelJson(new TextDecoder().decode(bytes), file), bytes: bytes.length };
}

/**
 * Reads a model and its weight files. Nothing is allocated for what the manifest only claims.
 *
 * @throws LowbitError as {@link readTfjsJson}, and `model-truncated`.
 */
export async function readTfjsModel(file: string, signal: AbortSignal): Promise<TfjsFile> {
  const { json, bytes } = await readTfjsJson(file, signal);
  let totalBytes = bytes;
  const read = async (path: string): Promise<Uint8Array> => {
    const data = await readExternal(file, path, signal).catch(whereRenamed(file, path));
    totalBytes += data.length;
    return data;
  };
  const weights = await readWeights(json, read, file);
  return { file, json, bytes, weights, totalBytes };
}

/** Tells of a file beside the model that was renamed, where the one that the model names is missing. */
const whereRenamed = (file: string, path: string) => async (error: unknown) => {
  const [problem] = isLowbitError(error) && error.code === 'file-missing' ? error.problems : [];
  const beside = problem && (await readdir(dirname(file)).catch(() => []));
  throw problem === undefined
    ? error
    : new LowbitError({ ...problem, ...renamedFile(path, beside ?? []) }, { cause: error });
};

function tooLarge(where: string, size: number): LowbitError {
  return new LowbitError({
    code: 'model-too-large',
    where,
    expected: 'at most 256 MiB of JSON',
    received: `${size} bytes`,
    remedy: 'Keep weights in weight files, not in the JSON.',
  });
}
