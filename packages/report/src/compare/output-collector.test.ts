import { describe, expect, it } from 'vitest';

import { outputCollector } from './output-collector.js';

const scores = { name: 'scores', type: 'float32', shape: ['batch', 2] };
const of = (...data: readonly number[]) => ({ shape: [data.length / 2, 2], data });

describe('an output of scores', () => {
  it('gives the agreement and the accuracy of both', () => {
    const collector = outputCollector(scores);
    collector.add(of(0.9, 0.1, 0.4, 0.6), of(0.8, 0.2, 0.6, 0.4), [0, 1]);
    collector.add(of(0.2, 0.8, 0.7, 0.3), of(0.1, 0.9, 0.9, 0.1), [0, 0]);
    const { top1, accuracy, values } = collector.finish();
    expect(values).toBe(8);
    expect(top1).toEqual({ rows: 4, same: 3, part: 0.75 });
    expect(accuracy).toEqual({ rows: 4, a: 0.75, b: 0.5 });
  });

  it('has no accuracy without labels', () => {
    const collector = outputCollector(scores);
    collector.add(of(1, 0), of(1, 0), undefined);
    expect(collector.finish().accuracy).toBeUndefined();
  });

  it.each([2, -1, NaN])('refuses the label %s', (label) => {
    const add = () => outputCollector(scores).add(of(1, 0), of(1, 0), [label]);
    expect(add).toThrow('classes: whole numbers from 0 to 1');
  });

  it('is not exact where batches of different shapes were left out', () => {
    const collector = outputCollector(scores);
    collector.add(of(1, 0), of(1, 0), undefined);
    expect(collector.finish()).toMatchObject({ exact: true, sqnrDb: null });
    collector.add(of(1, 0, 0, 1), of(1, 0), undefined);
    expect(collector.finish()).toMatchObject({ exact: false, sqnrDb: NaN });
  });

  it('counts batches of different shapes apart', () => {
    const collector = outputCollector(scores);
    collector.add(of(1, 0, 0, 1), of(1, 0), undefined);
    collector.add(of(1, 0), of(1, 0.5), undefined);
    expect(collector.finish()).toMatchObject({ otherShapes: 1, values: 2, largestError: 0.5 });
  });
});
