import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import type { Applied } from '../contract/model-writer.js';
import type { ModelPort } from '../contract/port.js';
import { quantize } from '../session/quantize.js';

const bag = { a: { shape: [2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) } };

/** The port of a model that is of this many bytes before and after, and whose weight stays float at last where that is said. */
function portOf<M>(port: ModelPort<M>, [before, after]: readonly number[], isFloat: boolean): ModelPort<M> {
  const changed = (applied: Applied<M>): Applied<M> => ({
    ...applied,
    storage: applied.storage.map((note) => (isFloat ? { ...note, float: true } : note)),
    modelBytes: { before: before!, after: after! },
  });
  return {
    ...port,
    write(outcome) {
      const writer = port.write(outcome);
      return { ...writer, finish: async () => changed(await writer.finish()) };
    },
  };
}

test.each([
  [[100, 80], false, []],
  [[100, 100], false, []],
  [[100, 130], false, ['the model becomes larger, 130 bytes instead of 100']],
  [
    [100, 100],
    true,
    ['nothing of the model is quantized: its one weight stays float, for the reason beside it'],
  ],
  [
    [100, 130],
    true,
    [
      'nothing of the model is quantized: its one weight stays float, for the reason beside it; the model becomes larger, 130 bytes instead of 100',
    ],
  ],
])('a model of %j bytes, its weight left float: %s', async (bytes, isFloat, warnings) => {
  const { report } = await quantize(portOf(memoryPort(bag), bytes, isFloat), { weights: coarse(), bits: 4 });
  expect(report.warnings).toEqual(warnings);
});
