import type { Batch, Calibration } from '@lowbit/core';
import { interfaceOf, type OnnxModel } from '@lowbit/onnx';
import type { ModelFolder } from './folder.js';
import { graphBatches, type GraphOfData } from './graph-data.js';
import { madeData } from './made-data.js';

export interface MadeInputs {
  /** Their names, but for those that go with tokens, as masks do. */
  readonly inputs: readonly string[];
  /** What weights are multiplied with on them, the same for all dtypes: gathered once, where memory bears it. */
  statistics(): Promise<Calibration>;
}

/**
 * Inputs for a graph where nobody gives data; `undefined` where it takes such as are not made.
 *
 * @param observe Runs the graph on them.
 */
export async function madeInputs(
  graph: GraphOfData,
  observe: (batches: AsyncIterable<Batch>) => Promise<Calibration>,
): Promise<MadeInputs | undefined> {
  const side = await pictureSide(graph.folder);
  const dataOf = (model: OnnxModel) => madeData(model, interfaceOf(model).inputs, side);
  const batches = await graphBatches(graph, dataOf);
  const inputs = dataOf(graph.model)?.names ?? [];
  if (typeof batches !== 'object') return undefined;
  let known: Promise<Calibration> | undefined;
  return { inputs, statistics: () => (known ??= observe(batches)) };
}

/** Height and width of the pictures that a model takes, as its `config.json` has them; `undefined` where it does not tell. */
async function pictureSide(folder: ModelFolder): Promise<number | undefined> {
  if (!folder.paths.includes('config.json')) return undefined;
  const text = new TextDecoder().decode(await folder.read('config.json'));
  const found = /"image_size":\s*\[?\s*(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
