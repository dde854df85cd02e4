import { isLowbitError } from '@lowbit/core';
import { readModel } from '@lowbit/onnx';

import { readKerasModel } from '../keras/keras-source.js';
import type { FoundModel } from '../model/find-model.js';
import { readTfjsModel } from '../tfjs/read-model.js';
import { readInput } from '../files/read-input.js';

/**
 * Checks places of results. Where one is taken, what is wrong with the model is told first: nobody should replace a file for one that cannot be read.
 *
 * @throws LowbitError as the check, and for `file-exists` as the reader of the model.
 */
export async function modelFirst<T>(
  model: FoundModel,
  signal: AbortSignal,
  check: () => Promise<T>,
): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (isLowbitError(error) && error.code === 'file-exists')
      await readers[model.isTfjs ? 'tfjs' : model.kind](model, signal);
    throw error;
  }
}

const readers: Readonly<
  Record<FoundModel['kind'], (model: FoundModel, signal: AbortSignal) => Promise<void>>
> = {
  onnx: async ({ file }, signal) => void readModel(await readInput(file, signal), file),
  tfjs: async ({ file }, signal) => void (await readTfjsModel(file, signal)),
  keras: async (model, signal) => (await readKerasModel(model, signal)).close(),
};
