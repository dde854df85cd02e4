import { expect, test } from 'vitest';
import { seededRandom } from '@lowbit/core';
import { realBytes } from '../../test/helpers/real-models.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { readModel } from '../read/read-model.js';
import { writeModel } from '../write/write-model.js';
import { foldModel } from './fold-model.js';

const cases = [
  { name: 'detector', dims: [1, 3, 96, 64], fewest: 200 },
  { name: 'recognizer', dims: [1, 3, 48, 96], fewest: 200 },
  { name: 'classifier', dims: [1, 3, 48, 192], fewest: 100 },
] as const;

for (const { name, dims, fewest } of cases) {
  test(`the ${name} gives the same results with ${fewest} operators less`, async () => {
    const bytes = realBytes(name);
    const model = readModel(bytes, name);
    const before = model.proto.graph!.node.length;
    const report = foldModel(model);
    console.log(name, report.folded, report.refused.length, before, model.proto.graph!.node.length);
    const folded = writeModel(model);
    const feeds = { x: noise(dims, seededRandom(3)) };
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(folded, feeds)];
    for (const [output, values] of expected) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Weights are rounded to float32 again after each step, and sums are taken in another order.
      const errors = actual.get(output)!.map((value, i) => Math.abs(value - values[i]!));
      expect(Math.max(...errors) / largest).toBeLessThan(1e-4);
    }
  });
}
