import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import type { ModelPort } from '../contract/port.js';
import type { Batch, RunOutputs } from '../contract/model-run.js';
import { registry } from '../contract/registry.js';
import { LowbitError } from '../errors/error.js';
import { areMany } from '../report/judged-outputs.js';
import { quantize } from './quantize.js';

const model: MemoryModel = {
  a: { shape: [4, 8], values: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)) },
};
const known = registry([coarse()]);

/** A batch of samples whose labels are all class 1. */
const batchOf = (samples: number): Batch => ({
  inputs: {
    x: { shape: [samples, 8], data: Float32Array.from({ length: 8 * samples }, (_, i) => Math.cos(i)) },
  },
  labels: Array<number>(samples).fill(1),
});

type Outputs = (product: RunOutputs[string]) => RunOutputs;

/** Runs x · aᵀ, of which `outputs` makes the outputs; batches that were run are counted. */
function running(outputs: { readonly original: Outputs; readonly result?: Outputs }) {
  const ran = { original: 0, result: 0 };
  const runOf = (values: Float32Array, which: 'original' | 'result') =>
    async function* (batches: Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<RunOutputs> {
      for await (const { inputs } of batches) {
        ran[which]++;
        yield (outputs[which] ?? outputs.original)(product(inputs['x'] as Batch['inputs'][string], values));
      }
    };
  const port = memoryPort(model);
  const withRun: ModelPort<MemoryModel> = {
    ...port,
    run: runOf(model['a']!.values, 'original'),
    write(outcome) {
      const writer = port.write(outcome);
      return {
        ...writer,
        async finish() {
          const applied = await writer.finish();
          return { ...applied, run: runOf(applied.model['a']!.values, 'result') };
        },
      };
    },
  };
  return { port: withRun, ran };
}

function product({ shape, data }: Batch['inputs'][string], values: Float32Array): RunOutputs[string] {
  const samples = shape[0] as number;
  const result = new Float32Array(4 * samples);
  for (let i = 0; i < samples; i++)
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 8; j++) result[4 * i + k]! += (data[8 * i + j] as number) * values[8 * k + j]!;
  return { shape: [samples, 4], data: result };
}

const softmax: Outputs = ({ shape, data }) => {
  const powers = data.map(Math.exp);
  const sums = Array.from({ length: shape[0] as number }, (_, i) =>
    powers.subarray(4 * i, 4 * i + 4).reduce((sum, value) => sum + value, 0),
  );
  return { p: { shape, data: powers.map((value, i) => value / (sums[Math.floor(i / 4)] as number)) } };
};
const plain: Outputs = (y) => ({ y });

const quantized = (given: ReturnType<typeof running>, bits: number, data = [batchOf(4)]) =>
  quantize(given.port, { registry: known, bits, data });

describe('the verdict on data', () => {
  it('is by the outputs, and stays the same as JSON', async () => {
    const { report } = await quantized(running({ original: plain }), 8);
    const { verdict } = report;
    expect(verdict).toMatchObject({
      grade: 'probably-usable',
      by: 'outputs',
      outputs: { batches: 1, samples: 4 },
    });
    expect(verdict?.sqnrDb).toBeGreaterThan(30);
    expect(verdict?.sqnrDb).toBe(verdict?.outputs?.outputs[0]?.sqnrDb);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('counts equal classes of probabilities, with labels what is right, and of other scores with labels alone', async () => {
    const ofSoftmax = await quantized(running({ original: softmax }), 8);
    const [classes] = ofSoftmax.report.verdict!.outputs!.outputs.map((output) => output.classes);
    expect(classes).toMatchObject({ rows: 4, same: 4, part: 1 });
    expect(classes?.right?.original).toBe(classes?.right?.result);
    const [labelled] = (await quantized(running({ original: plain }), 8)).report.verdict!.outputs!.outputs;
    expect(labelled?.classes).toMatchObject({ rows: 4, same: 4 });
    const unlabelled = { inputs: batchOf(4).inputs };
    const [output] = (await quantized(running({ original: plain }), 8, [unlabelled])).report.verdict!.outputs!
      .outputs;
    expect(output).not.toHaveProperty('classes');
  });

  it('takes labels of any form: by output, maps of classes, and refuses what is none', async () => {
    const { inputs } = batchOf(4);
    const maps: Outputs = ({ data }) => ({ y: { shape: [2, 4, 2], data }, z: { shape: [4, 4], data } });
    const { report } = await quantized(running({ original: maps }), 8, [
      { inputs, labels: { y: { shape: [2, 2], data: [0, 1, 2, 3] } } },
    ]);
    const [map, other] = report.verdict!.outputs!.outputs;
    expect(map?.classes).toMatchObject({ rows: 4, right: expect.any(Object) as object });
    expect(other).not.toHaveProperty('classes');
    const strange = quantized(running({ original: maps }), 8, [{ inputs, labels: { why: [0] } }]);
    await expect(strange).rejects.toMatchObject({ code: 'calibration-invalid', where: 'batch 1: labels' });
  });

  it('takes labels without names for the one output of which they are classes, and refuses them where that is not clear', async () => {
    const batch = batchOf(4);
    const { inputs } = batch;
    const ends = ({ data }: RunOutputs[string]) => data.slice(0, 4);
    const clear: Outputs = (y) => ({ y, narrow: { shape: [4, 1], data: ends(y) } });
    const { report } = await quantized(running({ original: clear }), 8, [batch]);
    const [kind, other] = report.verdict!.outputs!.outputs;
    expect(kind?.classes?.right).toBeDefined();
    expect(other).not.toHaveProperty('classes');
    const both: Outputs = (y) => ({ y, z: y });
    await expect(quantized(running({ original: both }), 8, [batch])).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: 'batch 1: labels',
      expected: 'labels by output, since y, z could each take them',
      remedy: expect.stringContaining('labels: { "y": …, "z": … }') as string,
    });
    const named = await quantized(running({ original: both }), 8, [{ inputs, labels: { z: [1, 1, 1, 1] } }]);
    expect(named.report.verdict!.outputs!.outputs.map(({ classes }) => classes?.right !== undefined)).toEqual(
      [false, true],
    );
  });

  it('is bad where the worst float output is; whole numbers and lists of other lengths do not count', async () => {
    const { inputs } = batchOf(40);
    const wrong: Outputs = (y) => ({ y, z: { ...y, data: y.data.map((value) => -value) } });
    const worse = await quantized(running({ original: (y) => ({ y, z: y }), result: wrong }), 8, [
      { inputs },
    ]);
    expect(worse.report.verdict).toMatchObject({ grade: 'probably-unusable', by: 'outputs' });
    expect(worse.report.verdict?.reason).toContain('the worst output, z, keeps -6.0 dB');
    const integers: Outputs = (y) => ({ y, n: { shape: [1], data: Float32Array.of(1), isInteger: true } });
    const others: Outputs = (y) => ({ y, n: { shape: [1], data: Float32Array.of(9), isInteger: true } });
    const usable = await quantized(running({ original: integers, result: others }), 8);
    expect(usable.report.verdict?.grade).toBe('probably-usable');
    const shorter: Outputs = () => ({ y: { shape: [2], data: new Float32Array(2) } });
    const { verdict } = (await quantized(running({ original: plain, result: shorter }), 8)).report;
    expect(verdict).toMatchObject({
      by: 'weights',
      outputs: { outputs: [{ otherShapes: 1, exact: false }] },
    });
  });

  it('is bad where more than one class in ten changes, whatever the decibels say', async () => {
    // Rows of two classes that are nearly equal: a tenth of the signal turns each.
    const near = (sign: number): Outputs => {
      const data = Float32Array.from({ length: 20 }, (_, i) => 0.5 + (i % 2 === 0 ? sign : -sign) * 0.05);
      return () => ({ p: { shape: [10, 2], data } });
    };
    const { verdict } = (await quantized(running({ original: near(1), result: near(-1) }), 8)).report;
    expect(verdict).toMatchObject({ grade: 'probably-unusable', by: 'outputs' });
    expect(verdict?.sqnrDb).toBeGreaterThan(10);
    expect(verdict?.reason).toContain('the same class in 0 of 10');
  });

  it('is by whole numbers where there are no floats', async () => {
    const mask = (changed: number): Outputs => {
      const data = Float32Array.from({ length: 40 }, (_, i) => (i < changed ? 1 : 0));
      return () => ({ m: { shape: [40], data, isInteger: true } });
    };
    const of = async (changed: number) =>
      (await quantized(running({ original: mask(0), result: mask(changed) }), 8)).report.verdict;
    const good = await of(4);
    expect(good).toMatchObject({ grade: 'probably-usable', by: 'outputs', sqnrDb: null });
    expect(good?.reason).toBe('the output m gives the same whole number in 36 of 40 on 4 samples');
    // Of 40 as many as 6 may be chance, where one in ten changes.
    expect(await of(6)).toMatchObject({ grade: 'probably-usable' });
    expect(await of(7)).toMatchObject({ grade: 'probably-unusable', by: 'outputs' });
  });

  it.each([
    [2, 1],
    [12, 2],
    [16, 3],
    [100, 13],
    [2000, 217],
  ])('of %d rows at most %d may have another class', (rows, most) => {
    expect(areMany(rows, rows - most)).toBe(false);
    expect(areMany(rows, rows - most - 1)).toBe(true);
  });

  it('is untested where the original gives NaN too, which is counted', async () => {
    const half: Outputs = (y) => ({
      y: { ...y, data: y.data.map((value, i) => (i % 2 === 0 ? NaN : value)) },
    });
    const { verdict } = (await quantized(running({ original: half }), 8)).report;
    expect(verdict).toMatchObject({
      grade: 'untested',
      by: 'outputs',
      outputs: { outputs: [{ nonFinite: 0, bothNaN: 8 }] },
    });
    expect(verdict?.reason).toContain('8 of 16 values of the output y are NaN, in the original too');
  });

  it('is by the weights where outputs are 0 on all samples, or there are none', async () => {
    const zeros: Outputs = () => ({ y: { shape: [4], data: new Float32Array(4) } });
    for (const original of [zeros, (() => ({})) as Outputs]) {
      const { verdict } = (await quantized(running({ original, result: original }), 8)).report;
      expect(verdict).toMatchObject({ grade: 'untested', by: 'weights' });
      expect(verdict?.reason).toContain('; the outputs on these data tell nothing');
    }
  });

  it('tells how large the values are of which little is kept', async () => {
    const nearNothing = (value: number): Outputs => {
      const data = new Float32Array(4).fill(value);
      return () => ({ y: { shape: [4], data } });
    };
    const given = running({ original: nearNothing(1e-7), result: nearNothing(2e-7) });
    const { verdict } = (await quantized(given, 8)).report;
    expect(verdict?.reason).toContain(
      '0.0 dB signal to noise on 4 samples (largest value 1e-7, largest error 1e-7)',
    );
  });

  it('is bad where values become NaN, and where the result does not run', async () => {
    const broken: Outputs = (y) => ({ y: { ...y, data: y.data.map(() => NaN) } });
    const nan = (await quantized(running({ original: plain, result: broken }), 8)).report.verdict;
    expect(nan).toMatchObject({ grade: 'probably-unusable', by: 'outputs' });
    expect(nan?.reason).toContain('16 values of the output y are NaN or infinite');
    const failing: Outputs = () => {
      throw new LowbitError({ code: 'runtime-failed', where: 'memory', received: 'no such operator' });
    };
    const stopped = (await quantized(running({ original: plain, result: failing }), 8)).report.verdict;
    expect(stopped?.reason).toContain('the result does not run: ');
    await expect(quantized(running({ original: failing }), 8)).rejects.toMatchObject({
      code: 'runtime-failed',
    });
  });
});

test('a part of the data is enough: whole batches until there are 32 samples', async () => {
  const given = running({ original: plain });
  const data = Array.from({ length: 50 }, () => batchOf(10));
  const { report } = await quantized(given, 8, data);
  expect(given.ran).toEqual({ original: 4, result: 4 });
  expect(report.verdict?.outputs).toMatchObject({ batches: 4, samples: 40 });
  expect(report.warnings).toEqual([]);
});

test('a port that cannot run says so, and so does the wish to measure nothing', async () => {
  const recipe = { registry: known, bits: 8, data: [batchOf(2)] };
  const still = await quantize(memoryPort(model), recipe);
  expect(still.report.warnings).toEqual([
    expect.stringContaining(
      "outputs are not compared, since the port 'memory' cannot run its model",
    ) as string,
  ]);
  expect(still.report.verdict?.by).toBe('weights');
  const unmeasured = await quantize(running({ original: plain }).port, recipe, { measure: false });
  expect(unmeasured.report.warnings).toEqual([
    expect.stringContaining('nothing is to be measured') as string,
  ]);
});

test('comparing is told of and can be cancelled', async () => {
  const signal = { aborted: false };
  const recipe = { registry: known, data: [batchOf(1), batchOf(1)] };
  const cancelling = quantize(running({ original: plain }).port, recipe, {
    signal,
    onProgress: ({ phase }) => (signal.aborted ||= phase === 'compare'),
  });
  await expect(cancelling).rejects.toMatchObject({ code: 'aborted' });
});
