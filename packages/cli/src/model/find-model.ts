import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { isLowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { fileError } from '@lowbit/data/node';
import { refuseForeign } from '@lowbit/onnx';

import { checkInput } from '../files/read-input.js';
import type { KerasOptions } from '../usage/keras-options.js';
import { refuseForeignIn, folderError, refuseSavedModel } from './foreign-folder.js';
import { readHead } from './read-head.js';
import { isKerasFile } from './is-keras-file.js';

/** A model as it was named, the file that holds it, and of which kind that is. */
export interface FoundModel {
  /** As given: a file, or a folder that holds a `model.json`. */
  readonly path: string;
  readonly file: string;
  /** By what the file holds, not by its name. */
  readonly kind: 'onnx' | 'tfjs' | 'keras';
  /** The file of the topology, for weights of Keras alone. */
  readonly topology?: string;
  /** That one of TensorFlow.js is read as one of Keras, which is how it becomes ONNX. */
  readonly isTfjs?: true;
}

/**
 * Finds the model at a path. HDF5, archives of Keras and JSON with `class_name` are of Keras; other JSON is taken for TensorFlow.js, also what
 * is called .json and is neither; everything else for ONNX, unless it is called .keras, .h5 or .hdf5: no protobuf message of ONNX starts as JSON does.
 *
 * @param wanted - the topology for weights of Keras, which without it are no model; for ONNX, models of TensorFlow.js are read as ones of Keras
 * @throws LowbitError as `checkInput`, and `model-foreign` for a SavedModel of TensorFlow.
 */
export async function findModel(path: string, { topology, to }: KerasOptions = {}): Promise<FoundModel> {
  const file = (await isFolder(path)) ? await jsonIn(path) : path;
  await checkInput(file).catch(async (error: unknown) => {
    // Files of other kinds are large as well, and their weights need not go into other files.
    if (isLowbitError(error) && error.code === 'model-too-large') refuseForeign(await readHead(file), file);
    throw error;
  });
  refuseSavedModel(file);
  const head = await readHead(file);
  if ((await isKerasFile(file)) || isCalledKeras(file, head))
    return { path, file, kind: 'keras', ...defined({ topology }) };
  const isJson = startsAsJson(head) || (extname(file) === '.json' && !startsAsOnnx(head));
  if (isJson && to === 'onnx') return { path, file, kind: 'keras', isTfjs: true };
  return { path, file, kind: isJson ? 'tfjs' : 'onnx' };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'read');
  });
  return found.isDirectory();
}

async function jsonIn(folder: string): Promise<string> {
  const file = join(folder, 'model.json');
  if (existsSync(file)) return file;
  await refuseForeignIn(folder);
  throw await folderError(folder);
}

/** By its name, where the content is that of no other model: the readers of such files name what it is instead. */
function isCalledKeras(file: string, head: Uint8Array): boolean {
  return /\.(keras|h5|hdf5)$/.test(file) && !startsAsOnnx(head) && !startsAsJson(head);
}

/** A varint or a length-delimited field of a protobuf message, among the first that ONNX models have: 1, 2 or 7. */
function startsAsOnnx([tag = 0]: Uint8Array): boolean {
  return [0x08, 0x12, 0x3a].includes(tag);
}

/** An object, after white space and the mark of UTF-8. */
function startsAsJson(head: Uint8Array): boolean {
  return /^\s*\{/.test(new TextDecoder().decode(head));
}
