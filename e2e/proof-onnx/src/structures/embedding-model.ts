import { DataType, integers, modelBytes, node, value, weight } from './build.js';
import { indexInput } from './inputs.js';
import type { MadeModel } from './made-model.js';

const [words, width] = [2000, 64];

/** A table of 2000 words, their mean, and a classifier: ids [N, 16] → y [N, 10]. */
export function embeddingModel(): MadeModel {
  const nodes = [
    node('Gather', ['table', 'ids'], ['rows'], { axis: 0 }),
    node('ReduceMean', ['rows', 'axes'], ['mean'], { keepdims: 0 }),
    node('MatMul', ['mean', 'w'], ['y']),
  ];
  const bytes = modelBytes({
    nodes,
    initializers: [
      weight('table', [words, width], 1, 1),
      integers('axes', [1]),
      weight('w', [width, 10], 4, 2),
    ],
    inputs: [value('ids', DataType.INT64, ['n', 16])],
    outputs: [value('y', DataType.FLOAT, ['n', 10])],
  });
  const runs = [3, 4].map((seed) => ({ ids: indexInput([32, 16], words, seed) }));
  return {
    name: 'embedding',
    feature: 'a table that Gather takes rows of',
    bytes,
    runs,
    fourBits: 'group:32',
  };
}
