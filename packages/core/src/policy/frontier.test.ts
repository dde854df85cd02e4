import { expect, it } from 'vitest';
import { coarse } from '../../test/memory-port.js';
import { chain, samples } from '../../test/running-memory-port.js';
import { quantize, registry } from '../index.js';
import { budget, frontier, measure } from '../policy.js';

const recipe = { registry: registry([coarse()]) };

it('goes from the smallest choice to the one that loses least, larger ones losing less', async () => {
  const measurements = await measure(chain().port, [samples(40)], [2, 4, 8], { recipe });
  const points = frontier(measurements);
  const [first, last] = [points[0], points.at(-1)!];
  expect(Object.values(first.choice)).toEqual(['2', '2', '2', '2']);
  expect(Object.values(last.choice)).toEqual(['8', '8', '8', '8']);
  expect(points.length).toBeGreaterThan(4);
  for (const [i, { predicted, weightBytes }] of points.entries()) {
    if (i === 0) continue;
    expect(predicted).toBeLessThan(points[i - 1].predicted);
    expect(weightBytes).toBeGreaterThan(points[i - 1].weightBytes);
  }
  expect(first).not.toHaveProperty('bytes');
  expect(frontier({ ...measurements, items: [] })).toEqual([]);
  const rising = Object.fromEntries(measurements.items.map(({ ids }, i) => [ids[0], i === 0 ? '2' : '8']));
  const joint = [{ choice: rising, effect: 1 }];
  const falling = frontier({ ...measurements, joint }, { decreasing: true, points: 8 });
  expect(frontier({ ...measurements, joint }).some(({ measured }) => measured === 1)).toBe(true);
  for (const { choice } of falling) {
    const bits = Object.values(choice).map(Number);
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
  }
});

it('tells what was measured as a whole, and bytes of the model where it was written', async () => {
  const bits = budget({ bytes: 1800, choices: [2, 4, 8] });
  const { measurements, report } = await quantize(chain().port, { ...recipe, bits, data: [samples(40)] });
  const measured = frontier(measurements!).filter((point) => point.measured !== undefined);
  expect(measured.length).toBeGreaterThan(0);
  expect(measured.map(({ bytes }) => bytes)).toContain(report.modelBytes.after);
});
