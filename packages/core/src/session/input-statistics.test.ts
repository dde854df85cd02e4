import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { isHeldOut } from '../calibration/held-out.js';
import type { ObservedInputs } from '../calibration/input-statistics.js';
import { loadStatistics } from '../calibration/load-statistics.js';
import { mergeStatistics } from '../calibration/merge-statistics.js';
import { momentsCollector } from '../calibration/moments.js';
import { statisticsHead, storeStatistics } from '../calibration/store-statistics.js';
import type { Calibration } from '../calibration/site-statistics.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import { registry } from '../contract/registry.js';
import type { Rounder } from '../contract/rounder.js';
import { isLowbitError } from '../errors/error.js';
import { seededRandom } from '../numeric/random.js';
import { quantize } from './quantize.js';
import { inputStatistics } from './input-statistics.js';

const inputs = 6;
const random = seededRandom(3);
const values = (count: number) => Float32Array.from({ length: count }, () => random() - 0.4);
const model: MemoryModel = {
  a: { shape: [4, inputs], values: values(4 * inputs) },
  b: { shape: [3, inputs], values: values(3 * inputs) },
  c: { shape: [2, inputs], values: values(2 * inputs) },
};
const data: readonly Batch[] = Array.from({ length: 10 }, () => ({
  inputs: { x: { shape: [1, inputs], data: values(inputs) } },
}));

/** A port whose weights all take x, but for `c`, of which nothing is known. */
function observing(own: MemoryModel = model) {
  const runs: (readonly string[])[] = [];
  const port: ModelPort<MemoryModel> = {
    ...memoryPort(own),
    async observeInputs(batches, { weights }) {
      runs.push(weights);
      const all: Batch[] = [];
      for await (const batch of batches) all.push(batch);
      const [seen, heldOut] = [momentsCollector(inputs), momentsCollector(inputs)];
      all.forEach((batch, sample) => {
        const collector = isHeldOut(sample, all.length) ? heldOut : seen;
        collector.add(Float32Array.from(batch.inputs['x']!.data));
      });
      const group = {
        seen: seen.moments(),
        ...(heldOut.moments().count > 0 && { heldOut: heldOut.moments() }),
      };
      const known = weights.filter((id) => id !== 'c');
      return {
        inputs: new Map(known.map((id) => [id, { groups: [group] }])),
        unknown: new Map([['c', 'it stands in a loop']]),
      };
    },
  };
  return { port, runs };
}

/** What is in the files, in memory. */
async function stored(calibration: Calibration): Promise<Map<string, Uint8Array | string>> {
  const files = new Map<string, Uint8Array | string>();
  for (const { path, data: content } of storeStatistics(calibration)) {
    const bytes = await content();
    if (bytes !== undefined) files.set(path, bytes);
  }
  return files;
}

const loaded = (files: ReadonlyMap<string, Uint8Array | string>): Calibration =>
  loadStatistics(JSON.parse(String(files.get(statisticsHead))), (path) => files.get(path) as Uint8Array);

const observedOf = async ({ inputs: own }: Calibration, id = 'a'): Promise<ObservedInputs> =>
  (await own!.read(id)).observed!;

/** Rounds so that the sum of the errors of a channel stays near 0. */
const carrying: Rounder = {
  kind: 'rounder',
  api: 2,
  name: 'auto',
  needs: ['gram'],
  round(rows, scheme, { nearest, layout }) {
    if (scheme.kind !== 'affine') return nearest;
    const codes = nearest.slice();
    for (let channel = 0; channel < layout.channels; channel++) {
      let carried = 0;
      for (let i = channel * layout.inputs; i < (channel + 1) * layout.inputs; i++) {
        const scale = scheme.scale[layout.slices[i]!]!;
        const middle = (scheme.levels - 1) / 2;
        codes[i] = Math.min(
          Math.max(Math.round((rows[i]! + carried) / scale + middle), 0),
          scheme.levels - 1,
        );
        carried += rows[i]! - scale * (codes[i]! - middle);
      }
    }
    return codes;
  },
};
const methods = registry([coarse(), carrying]);

async function problemOf(work: () => unknown) {
  try {
    await work();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [{ code, where, expected, received }] = error.problems;
    return { code, where, expected, received };
  }
  return undefined;
}

describe('statistics of the inputs of weights', () => {
  it('are those of the whole when parts are merged, what is kept back apart', async () => {
    const { port } = observing();
    const whole = await observedOf(await inputStatistics(port, data));
    const parts = [data.slice(0, 5), data.slice(5)].map((part) => inputStatistics(port, part));
    const merged = mergeStatistics(await Promise.all(parts));
    expect(merged.batches).toBe(10);
    const own = await observedOf(merged);
    for (const part of ['seen', 'heldOut'] as const) {
      const [one, other] = [own.groups[0]![part]!, whole.groups[0]![part]!];
      expect(one.count).toBe(other.count);
      // Sums of ten numbers below 1.
      one.sums.forEach((sum, i) => expect(sum).toBeCloseTo(other.sums[i]!, 6));
      one.products.forEach((sum, i) => expect(sum).toBeCloseTo(other.products[i]!, 6));
    }
    expect(await merged.inputs!.read('c')).toEqual({ why: 'it stands in a loop' });
  });

  it('come back from files as they were, one binary file a weight beside a head', async () => {
    const { port, runs } = observing();
    const calibration = await inputStatistics(port, data);
    const files = await stored(calibration);
    expect(runs).toEqual([['a', 'b', 'c']]);
    expect([...files.keys()]).toEqual(['0.bin', '1.bin', 'statistics.json']);
    // Of two groups of samples: 6 sums and 21 products, 4 bytes each.
    expect((files.get('0.bin') as Uint8Array).length).toBe(2 * 4 * (6 + 21));
    expect(JSON.parse(String(files.get('statistics.json')))).toMatchObject({
      format: 'lowbit-calibration',
      batches: 10,
      inputs: {
        weights: { a: { file: '0.bin', inputs: 6, groups: [{ seen: 8, heldOut: 2 }] } },
        unknown: { c: 'it stands in a loop' },
      },
    });
    const again = loaded(files);
    expect(await observedOf(again, 'b')).toEqual(await observedOf(calibration, 'b'));
    expect(await again.inputs!.read('c')).toEqual({ why: 'it stands in a loop' });
    expect(await stored(again)).toEqual(files);
  });

  it('round and are told as data are, without running anything', async () => {
    const { port } = observing();
    const byData = await quantize(port, { registry: methods, bits: 2, data });
    const calibration = loaded(await stored(await inputStatistics(port, data)));
    const { port: silent, runs } = observing();
    const {
      model: result,
      report,
      plan,
    } = await quantize(silent, { registry: methods, bits: 2, calibration });
    expect(runs).toEqual([]);
    expect(result).toEqual(byData.model);
    expect(plan.weights[0]).toMatchObject({ rounding: { name: 'auto' } });
    expect(report.weights[0]!.rounding).toEqual(byData.report.weights[0]!.rounding);
    expect(report.weights[2]!.reason).toContain('rounded to the nearest level, since it stands in a loop');
    const unused = await quantize(silent, { registry: methods, bits: 8, calibration });
    expect(unused.report.warnings).toEqual([
      expect.stringContaining('calibration: the statistics of inputs'),
    ]);
    const unable = await quantize(memoryPort(model), { registry: methods, bits: 2, calibration });
    expect(unable.model).toEqual(byData.model);
  });

  test('of other weights are refused', async () => {
    const calibration = await inputStatistics(observing().port, data);
    const recipe = { registry: methods, bits: 2, calibration };
    const wide = memoryPort({ a: { shape: [4, 5], values: values(20) } });
    expect(await problemOf(() => quantize(wide, recipe))).toEqual({
      code: 'calibration-invalid',
      where: 'calibration: inputs',
      expected: "statistics of 5 inputs of each of 4 channels of weight 'a'",
      received: '6 inputs in 1 group',
    });
    const strange = memoryPort({ z: { shape: [4, inputs], values: values(4 * inputs) } });
    expect(await problemOf(() => quantize(strange, recipe))).toMatchObject({
      code: 'calibration-invalid',
      received: "none of 'z'",
    });
    const inSequence = () => quantize(observing().port, recipe, { capture: 'sequential' });
    expect(await problemOf(inSequence)).toMatchObject({
      code: 'calibration-missing',
      where: "option 'capture'",
      received: 'stored statistics, which are of the model as it was',
    });
  });

  test('of several models are not merged', async () => {
    const { port } = observing();
    const one = await inputStatistics(port, data);
    const other = await inputStatistics(port, data, { weights: ['a'] });
    expect(await problemOf(() => mergeStatistics([one, other]))).toMatchObject({
      code: 'calibration-invalid',
      where: 'parts[1]: inputs',
    });
    expect(await problemOf(() => mergeStatistics([one, { ...one, port: 'other' }]))).toMatchObject({
      where: 'parts[1]: port',
    });
    const wide = { groups: [{ seen: momentsCollector(3).moments() }] };
    const read = async () => ({ observed: wide });
    const merged = mergeStatistics([one, { ...one, inputs: { weights: ['a', 'b', 'c'], read } }]);
    expect(await problemOf(() => merged.inputs!.read('a'))).toMatchObject({
      code: 'calibration-invalid',
      where: "statistics of weight 'a'",
    });
  });

  test('in broken files are refused, each with its file', async () => {
    const files = await stored(await inputStatistics(observing().port, data));
    const first = files.get('0.bin') as Uint8Array;
    const withFile = (bytes: Uint8Array) => loaded(new Map([...files, ['0.bin', bytes]])).inputs!.read('a');
    expect(await problemOf(() => withFile(first.subarray(4)))).toMatchObject({
      code: 'calibration-invalid',
      where: '0.bin',
      expected: '216 bytes',
      received: '212',
    });
    const broken = first.slice();
    new DataView(broken.buffer).setFloat32(0, NaN, true);
    expect(await problemOf(() => withFile(broken))).toMatchObject({ received: 'NaN or an infinity' });
    const negative = first.slice();
    new DataView(negative.buffer).setFloat32(4 * inputs, -1, true);
    expect(await problemOf(() => withFile(negative))).toMatchObject({
      received: 'a negative sum of squares',
    });
    const head = JSON.parse(String(files.get(statisticsHead)));
    const weights = { a: { file: '../0.bin', inputs: 6, groups: [{ seen: 8 }] } };
    const outside = { ...head, inputs: { weights, unknown: {} } };
    expect(await problemOf(() => loadStatistics(outside, () => first))).toMatchObject({
      code: 'calibration-invalid',
      where: 'statistics.json: inputs.weights["a"]',
    });
    expect(
      await problemOf(() => quantize(observing().port, { registry: methods, bits: 2, calibration: head })),
    ).toMatchObject({
      code: 'calibration-invalid',
      where: 'calibration: inputs',
    });
  });
});

it('a port that cannot tell, no batch and unknown weights are told', async () => {
  const { port } = observing();
  const told = [
    await problemOf(() => inputStatistics(memoryPort(model), data)),
    await problemOf(() => inputStatistics(port, [])),
    await problemOf(() => inputStatistics(port, data, { weights: ['d'] })),
  ];
  expect(told.map((problem) => [problem?.code, problem?.where])).toEqual([
    ['calibration-missing', 'inputStatistics(port)'],
    ['calibration-invalid', 'batches'],
    ['invalid-argument', 'inputStatistics: weights'],
  ]);
});
