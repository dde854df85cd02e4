import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import type { ModelPort } from '../contract/port.js';
import type { StorageNote } from '../contract/model-writer.js';
import { registry } from '../contract/registry.js';
import { decode } from '../scheme/decode.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { quantize } from '../session/quantize.js';
import { measureError } from './measure.js';
import { defined } from '../contract/defined.js';

const values = Float32Array.of(-2, -1, 0.3, 0.7, 1, 1.9);
const model: MemoryModel = { a: { shape: [2, 3], values } };

/** The report's row of a port that writes codes other than it was given. */
async function rowOf(written: (given: () => QuantizedTensor) => StorageNote['written'], measure = true) {
  const port = memoryPort(model);
  const changing: ModelPort<MemoryModel> = {
    ...port,
    write(outcome) {
      const writer = port.write(outcome);
      let tensor: QuantizedTensor;
      return {
        add: (id, given) => writer.add(id, (tensor = given)),
        finish: async () => {
          const applied = await writer.finish();
          const shifted = () => ({ ...tensor, codes: tensor.codes.map((code) => Math.max(0, code - 1)) });
          const own = written(shifted);
          const storage = applied.storage.map((note) => ({
            ...note,
            ...defined({ written: own }),
          }));
          return { ...applied, storage };
        },
      };
    },
  };
  const recipe = { registry: registry([coarse()]), bits: 4 };
  const { report } = await quantize(changing, recipe, { measure });
  return report.weights[0]!;
}

test('the error in the report is that of what was written, as a tensor or as values', async () => {
  const encoded = await rowOf(() => undefined);
  let expected: unknown;
  const shifted = await rowOf((given) => {
    expected = measureError(values, decode(given()));
    return given;
  });
  expect(shifted.error).not.toEqual(encoded.error);
  expect(shifted.error).toEqual(expected);
  const exact = await rowOf(() => () => values.slice());
  expect(exact.error).toMatchObject({ sqnrDb: null, largest: 0 });
});

test('nothing is measured that was not asked for', async () => {
  const row = await rowOf(
    () => () => {
      throw new Error('not to be called');
    },
    false,
  );
  expect(row).not.toHaveProperty('error');
});
