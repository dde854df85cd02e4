import type { Batch } from '@lowbit/core';
import { interfaceOf, type OnnxModel } from '@lowbit/onnx';
import type { ModelFolder } from './folder.js';
import { madeData } from './made-data.js';
import { tokenBatches } from './token-batches.js';

export interface MadeInputs {
  /** Their names, but for those that go with tokens, as masks do. */
  readonly inputs: readonly string[];
  readonly batches: AsyncIterable<Batch>;
}

/** Inputs for a graph where nobody gives data; `undefined` where it takes such as are not made. */
export async function madeInputs(
  model: OnnxModel,
  path: string,
  folder: ModelFolder,
): Promise<MadeInputs | undefined> {
  const { inputs } = interfaceOf(model);
  const data = madeData(model, inputs, await pictureSide(folder));
  const batches = data && tokenBatches(data, inputs, path);
  return data === undefined || typeof batches === 'string' || batches === undefined
    ? undefined
    : { inputs: data.names ?? [], batches };
}

/** Height and width of the pictures that a model takes, as its `config.json` has them; `undefined` where it does not tell. */
async function pictureSide(folder: ModelFolder): Promise<number | undefined> {
  if (!folder.paths.includes('config.json')) return undefined;
  const text = new TextDecoder().decode(await folder.read('config.json'));
  const found = /"image_size":\s*\[?\s*(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
