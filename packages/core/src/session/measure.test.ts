import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { chain, samples } from '../../test/running-memory-port.js';
import { type ProgressEvent, quantize, registry } from '../index.js';
import {
  frontier,
  type Measurements,
  measure,
  measureChoices,
  type MeasureOptions,
  measuring,
  mergeMeasurements,
} from '../policy.js';

const recipe = { registry: registry([coarse()]) };
const data = [samples(40), samples(40)];
const measured = (options: MeasureOptions = {}, made = chain()) =>
  measure(made.port, data, [2, 4, 8], { recipe, ...options });
const softmax = (row: readonly number[]) => {
  const parts = row.map((value) => Math.exp(value));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
};

test('each weight is measured with each candidate: bytes as written, errors and effects', async () => {
  const { items, effect, port } = await measured();
  expect({ port, effect }).toEqual({ port: 'memory', effect: { of: 'outputs', samples: 80 } });
  expect(items.map(({ ids, layer, depth, macs }) => [ids, layer, depth, macs])).toEqual([
    [['w0'], 'layer-w0', 0, 384],
    [['w1'], 'layer-w1', 1, 576],
    [['w2'], 'layer-w2', 2, 576],
    [['w3'], 'layer-w3', 3, 192],
  ]);
  for (const { candidates } of items) {
    const effects = candidates.map((one) => one.effect!);
    expect(effects).toEqual([...effects].sort((a, b) => b - a));
    expect(effects[0]).toBeGreaterThan(0);
  }
  const written = await quantize(chain().port, { ...recipe, bits: 4 });
  expect(items.map(({ candidates }) => candidates[1].storedBytes)).toEqual(
    written.report.weights.map(({ sizes }) => sizes.stored),
  );
  for (const [i, { error, values }] of written.report.weights.entries())
    expect(items[i].candidates[1].weightError).toBeCloseTo(error!.meanSquared * values, 5);
});

test('the multiplications of a layer are those of its weights, by how many values each has', async () => {
  const { port } = chain();
  const [first, second, ...others] = await port.layers();
  const both = { ...first, macs: 9600, weights: [...first.weights, ...second.weights] };
  const joined: typeof port = { ...port, layers: () => Promise.resolve([both, ...others]) };
  const { items } = await measure(joined, data, [2, 8], { recipe, only: ['w0', 'w1'] });
  // 384 and 576 of 960 values.
  expect(items.map(({ macs }) => macs)).toEqual([3840, 5760]);
});

test('the effect is the error over the variance, or the divergence of probabilities', async () => {
  const { port, model } = chain();
  const [one] = (await measured({ only: ['w3'] })).items;
  const { model: small } = await quantize(port, { ...recipe, bits: 2, include: ['w3'] });
  const outputs = async (values: Float32Array, last = (row: number[]) => row) => {
    const rows: number[] = [];
    const made = chain({ last }).port;
    for await (const { y } of made.run!(data, { replace: new Map([['w3', values]]) })) rows.push(...y.data);
    return rows;
  };
  const [a, b] = [await outputs(model['w3'].values), await outputs(small['w3'].values)];
  const mean = a.reduce((sum, value) => sum + value, 0) / a.length;
  const off = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  const spread = a.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  expect(one.candidates[0].effect).toBeCloseTo(off / spread, 9);

  const [p, q] = [await outputs(model['w3'].values, softmax), await outputs(small['w3'].values, softmax)];
  const divergence = p.reduce((sum, value, i) => sum + value * Math.log(value / q[i]), 0) / 80;
  const [ofClasses] = (await measured({ only: ['w3'] }, chain({ last: softmax }))).items;
  expect(ofClasses.candidates[0].effect).toBeCloseTo(divergence, 5);
  const [ofLogits] = (await measured({ only: ['w3'], classes: ['y'] })).items;
  expect(ofLogits.candidates[0].effect).toBeCloseTo(divergence, 5);
});

describe('work', () => {
  it('can be shared: put together it is what one measures, in any order', async () => {
    const whole = await measured();
    const shares = await Promise.all([['w0', 'w3'], ['w1'], ['w2']].map((only) => measured({ only })));
    const text = JSON.stringify(whole);
    expect(JSON.stringify(mergeMeasurements(shares))).toBe(text);
    expect(JSON.stringify(mergeMeasurements([...shares].reverse()))).toBe(text);
    expect(JSON.stringify(mergeMeasurements([whole, ...shares]))).toBe(text);
  });

  it('is done in parts of a model that is opened once, and what does not depend on the part is computed once', async () => {
    const whole = await measured();
    const made = chain();
    const { items, effect, measure: part } = await measuring(made.port, data, [2, 4, 8], { recipe });
    expect({ items, effect }).toEqual({ items: [['w0'], ['w1'], ['w2'], ['w3']], effect: whole.effect });
    const parts = await Promise.all([...items].reverse().map((ids) => part(ids)));
    expect(JSON.stringify(mergeMeasurements(parts))).toBe(JSON.stringify(whole));
    expect(made.runs.filter((ids) => ids.length === 0)).toHaveLength(2);
    const coupled = await measuring(chain().port, undefined, [2], { recipe, together: [['w0', 'w2']] });
    expect(coupled.items).toEqual([['w0', 'w2'], ['w1'], ['w3']]);
    await expect(part(['w9'])).rejects.toMatchObject({ code: 'invalid-argument', received: "'w9'" });
    await expect(part(items[0], { signal: { aborted: true } })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('goes on after an interruption and repeats nothing', async () => {
    const signal = { aborted: false };
    const kept: Measurements[] = [];
    const first = chain();
    const stopped = measured(
      { signal, onMeasured: (all) => ((signal.aborted = kept.push(all) === 2), undefined) },
      first,
    );
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
    const known = JSON.parse(JSON.stringify(kept.at(-1))) as Measurements;
    const second = chain();
    const whole = await measured({ known }, second);
    expect(whole).toEqual(await measured());
    expect(second.runs.flat().filter((id) => id === 'w0' || id === 'w1')).toEqual([]);
  });

  it('runs candidates once that make nearly the same of a weight, as with parameters in float16', async () => {
    const made = chain();
    const both = [2, 4].flatMap((bits) => [bits, { bits, parameterStorage: 'float16' } as const]);
    const { items } = await measure(made.port, data, both, { recipe, only: ['w1'] });
    expect(made.runs.flat()).toHaveLength(2 * data.length);
    const [narrow, narrowHalf, wide, wideHalf] = items[0].candidates;
    expect([narrowHalf.effect, wideHalf.effect]).toEqual([narrow.effect, wide.effect]);
    expect(wideHalf.storedBytes).toBeLessThan(wide.storedBytes);
    expect(wideHalf.weightError).not.toBe(wide.weightError);
  });

  it('tells how far it is, and how long the rest may take', async () => {
    const events: ProgressEvent[] = [];
    await measured({ onProgress: (event) => events.push(event) });
    expect(events.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(events.every(({ phase, total }) => phase === 'measure' && total === 12)).toBe(true);
    expect(events[5].secondsLeft).toBeGreaterThanOrEqual(0);
  });

  it('takes whole batches until there are enough samples, fewer where memory would not do', async () => {
    const { effect } = await measured({ samples: 40 });
    expect(effect?.samples).toBe(40);
    expect((await measured({ mostBytes: 40 * 8 * 4 })).effect?.samples).toBe(40);
    expect((await measured({ mostBytes: 1 })).effect?.samples).toBe(40);
  });

  it('leaves out what takes no less than wider bits', async () => {
    const { port } = chain();
    const whole = { ...port, cost: () => ({ storedBytes: 100, memoryBytes: 100 }) };
    const { items } = await measure(whole, data, [2, 4, 8], { recipe });
    expect(items.map(({ candidates }) => candidates.map(({ bits }) => bits))).toEqual([[8], [8], [8], [8]]);
  });
});

test('effects are those of labels or of a metric, where these are wanted', async () => {
  const labels = Array.from({ length: 40 }, (_, i) => i % 8);
  const labelled = data.map((batch) => ({ ...batch, labels }));
  const { port } = chain({ last: softmax });
  const byLabels = await measure(port, labelled, [2, 8], { recipe, by: 'labels' });
  expect(byLabels.effect?.of).toBe('labels');
  expect(byLabels.items[1].candidates.some(({ effect }) => effect !== 0)).toBe(true);
  const metric = ({ y }: Record<string, { data: Float32Array }>) => y.data[0];
  const byMetric = await measure(chain().port, data, [2], { recipe, by: 'metric', metric });
  expect(byMetric.items[0].candidates[0].effect).not.toBe(0);
  const wrong = measure(chain().port, data, [2], { recipe, by: 'metric', metric: () => NaN });
  await expect(wrong).rejects.toMatchObject({ where: 'metric(outputs, batch)' });
});

test('without data, and for a port that cannot run, there are costs and errors alone', async () => {
  const { items, effect } = await measure(chain().port, undefined, [4], { recipe });
  expect(effect).toBeUndefined();
  expect(items[0].candidates[0]).not.toHaveProperty('effect');
  const still = await measure(memoryPort(chain().model), data, [4, 'float'], { recipe });
  expect(still.items[0].candidates.map(({ candidate }) => candidate)).toEqual(['4', 'float']);
  await expect(measure(chain().port, [], [4], { recipe })).rejects.toMatchObject({ where: 'data' });
});

test('measurements of other models and samples are not put together', async () => {
  const [one, other] = [await measured({ samples: 40 }), await measured()];
  expect(() => mergeMeasurements([one, other])).toThrow('effects on outputs of 40 samples');
  expect(() => mergeMeasurements([one, { ...other, port: 'onnx' }])).toThrow("the port 'memory'");
  await expect(measured({ known: one })).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('choices for the whole model are measured, each once, and are near the sum of single effects where these are small', async () => {
  const known = await measured();
  const choices = frontier(known, { points: 5 }).map(({ choice }) => choice);
  const made = chain();
  const all = await measureChoices(made.port, data, [2, 4, 8], choices, { recipe, known });
  expect(all.joint.map(({ choice }) => choice)).toEqual(choices);
  const points = frontier(all, { points: 5 });
  expect(points.every((point) => point.measured !== undefined)).toBe(true);
  const { predicted, measured: whole } = points.at(-1)!;
  expect(whole! / predicted).toBeGreaterThan(0.3);
  expect(whole! / predicted).toBeLessThan(3);
  const runs = made.runs.length;
  const again = await measureChoices(made.port, data, [2, 4, 8], choices, { recipe, known: all });
  expect(again).toEqual(all);
  // The original alone.
  expect(made.runs.length - runs).toBe(2);
  const [one] = (await measureChoices(made.port, data, [2], [{ w1: '2' }], { recipe })).joint;
  expect(one.effect).toBe(known.items[1].candidates[0].effect);
  const wrong = measureChoices(made.port, data, [2, 4], [{ w0: '3' }], { recipe });
  await expect(wrong).rejects.toMatchObject({ code: 'invalid-argument', where: "choice of 'w0'" });
  const still = measureChoices(memoryPort(made.model), data, [2], [{ w0: '2' }], { recipe });
  await expect(still).rejects.toMatchObject({ code: 'calibration-missing' });
});
