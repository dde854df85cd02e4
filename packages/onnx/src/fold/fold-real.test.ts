import { expect, test } from 'vitest';
import { Tensor } from 'onnxruntime-web';
import { realBytes } from '../../test/helpers/real-models.js';
import { runModel } from '../../test/helpers/run-model.js';
import { readModel } from '../read/read-model.js';
import { writeModel } from '../model/write-model.js';
import { foldModel } from './fold-model.js';

const cases = [
  { name: 'detector', dims: [1, 3, 96, 128], removed: 110 },
  { name: 'recognizer', dims: [1, 3, 48, 96], removed: 130 },
  { name: 'classifier', dims: [1, 3, 48, 192], removed: 70 },
] as const;

/** White with dark strokes, so that the detector finds something and its probabilities are not all near 0. */
function strokes(dims: readonly [number, number, number, number]): Tensor {
  const [, , height, width] = dims;
  const values = Float32Array.from({ length: dims[1] * height * width }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width) % height];
    return y % 48 > 12 && y % 48 < 32 && x % 7 < 3 && x > 8 && x < width - 8 ? -2 : 2;
  });
  return new Tensor('float32', values, dims);
}

for (const { name, dims, removed } of cases) {
  test(`the ${name} gives the same results with fewer operators`, async () => {
    const bytes = realBytes(name);
    const model = readModel(bytes, name);
    const operators = () => model.proto.graph!.node.filter(({ opType }) => opType !== 'Constant').length;
    const before = operators();
    const report = foldModel(model);
    expect(before - operators()).toBeGreaterThan(removed);
    expect(report.refused).toEqual([]);
    const folded = writeModel(model);
    expect(folded.length).toBeLessThanOrEqual(bytes.length);
    const feeds = { x: strokes(dims) };
    const [expected, actual] = [await runModel(bytes, feeds), await runModel(folded, feeds)];
    for (const [output, values] of expected) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0.1);
      const error = actual
        .get(output)!
        .reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0);
      // Weights are rounded to float32 again at each step, and sums are taken in another order.
      expect(error / largest).toBeLessThan(1e-4);
    }
  });
}
