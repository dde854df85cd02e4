import { describe, expect, test } from 'vitest';
import { coarse, layerOf, memoryPort, type MemoryModel, weightOf } from '../../test/memory-port.js';
import { momentsCollector } from '../calibration/moments.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { Applied } from '../contract/model-writer.js';
import type { Batch } from '../contract/model-run.js';
import { isHeldOut } from '../calibration/held-out.js';
import type { ObservedInputs } from '../calibration/input-statistics.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { registry } from '../contract/registry.js';
import type { Rounder } from '../contract/rounder.js';
import type { BiasReport } from '../report/report.js';
import { seededRandom } from '../numeric/random.js';
import { applyPlan } from './apply-plan.js';
import { makePlan } from './make-plan.js';
import { quantize } from './quantize.js';

const inputs = 6;
const random = seededRandom(3);
const values = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
const model: MemoryModel = {
  a: { shape: [4, inputs], values: values(4 * inputs) },
  b: { shape: [3, inputs], values: values(3 * inputs) },
};
const data: readonly Batch[] = Array.from({ length: 10 }, () => ({
  inputs: { x: { shape: [1, inputs], data: values(inputs).map((x) => 1 + x) } },
}));
const rows = data.map(({ inputs: { x } }) => Float32Array.from(x!.data));

function moments(from: readonly Float32Array[]): ObservedInputs {
  const [seen, heldOut] = [momentsCollector(inputs), momentsCollector(inputs)];
  from.forEach((row, i) => (isHeldOut(i, from.length) ? heldOut : seen).add(row));
  const kept = heldOut.moments();
  return { groups: [{ seen: seen.moments(), ...(kept.count === 0 ? {} : { heldOut: kept }) }] };
}

/** A port that says of each weight whether it has a bias, and what shifts it was given. */
function biased(biases: Readonly<Record<string, true | string>>, observed = moments(rows)) {
  const shifts = new Map<string, Float32Array | undefined>();
  const layers: LayerDescriptor[] = Object.keys(model).map((id, depth) => ({
    ...layerOf(model, id, depth),
    weights: [{ ...weightOf(model, id), ...(biases[id] === undefined ? {} : { bias: biases[id] }) }],
  }));
  const plain = memoryPort(model, layers);
  const port: ModelPort<MemoryModel> = {
    ...plain,
    observeInputs: async (_, { weights }) => ({
      inputs: new Map(weights.map((id) => [id, observed])),
      unknown: new Map(),
    }),
    write(outcome) {
      const writer = plain.write(outcome);
      return {
        add(id, tensor, shift) {
          shifts.set(id, shift);
          return writer.add(id, tensor);
        },
        async finish(): Promise<Applied<MemoryModel>> {
          const applied = await writer.finish();
          const bias = { form: 'bias', storedBytes: 0, reason: 'in its place' };
          return {
            ...applied,
            storage: applied.storage.map((note) => (shifts.get(note.id) ? { ...note, bias } : note)),
          };
        },
      };
    },
  };
  return { port, shifts };
}

const recipe: Recipe = { weights: coarse(), bits: 2, correctBiases: true, data };
const none = 'several operators take the weight';

/** What the outputs of each channel are off for each row. */
function differences(result: MemoryModel, id: string, of: readonly Float32Array[]): number[][] {
  const [before, after] = [model[id]!.values, result[id]!.values];
  return Array.from({ length: model[id]!.shape[0]! }, (_, channel) =>
    of.map((row) =>
      row.reduce((sum, x, i) => sum + (after[channel * inputs + i]! - before[channel * inputs + i]!) * x, 0),
    ),
  );
}

const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;

describe('correctBiases', () => {
  test('hands on what each channel is off on average, plans layers, and tells what it gains', async () => {
    const { port, shifts } = biased({ a: true, b: none });
    const { model: result, plan, report } = await quantize(port, recipe);
    expect(plan.biases).toEqual([{ layer: 'layer-a', reason: 'biases are corrected' }]);
    const seen = rows.filter((_, i) => !isHeldOut(i, rows.length));
    const kept = rows.filter((_, i) => isHeldOut(i, rows.length));
    const shift = differences(result, 'a', seen).map(mean);
    // Permits float32 sums of moments.
    shift.forEach((one, channel) => expect(shifts.get('a')![channel]).toBeCloseTo(one, 6));
    expect(shifts.get('b')).toBeUndefined();
    const gain = (of: readonly Float32Array[]) => {
      const off = differences(result, 'a', of);
      const squares = (all: readonly number[][]) => all.flat().reduce((sum, one) => sum + one * one, 0);
      const less = off.map((channel, c) => channel.map((one) => one - shift[c]!));
      return 10 * Math.log10(squares(off) / squares(less));
    };
    expect(report.biases).toEqual([
      {
        layer: 'layer-a',
        op: 'Dense',
        weight: 'a',
        form: 'bias',
        storedBytes: 0,
        rows: 8,
        gainDb: expect.closeTo(gain(seen), 3),
        heldOutGainDb: expect.closeTo(gain(kept), 3),
        reason: 'biases are corrected; in its place',
      },
      {
        layer: 'layer-b',
        op: 'Dense',
        weight: 'b',
        form: 'float',
        storedBytes: 0,
        left: true,
        reason: `stays as it is: ${none}`,
      },
    ]);
    const known = registry([coarse()]);
    const again = await applyPlan(port, JSON.parse(JSON.stringify(plan)), known, { data });
    expect(again.report.biases).toEqual(report.biases);
  });

  test('leaves a bias that would make samples further off that were kept back', async () => {
    const turned = rows.map((row, i) => (isHeldOut(i, rows.length) ? row.map((x) => -x) : row));
    const { port, shifts } = biased({ a: true, b: true }, moments(turned));
    const { report } = await quantize(port, recipe);
    expect([...shifts.values()]).toEqual([undefined, undefined]);
    expect(report.biases!.map(({ left, reason }) => [left, reason])).toEqual(
      ['a', 'b'].map(() => [true, 'stays as it is: outputs would be further off on samples kept back']),
    );
  });

  test('has rounders look at what is left of errors without their mean', async () => {
    const grams: Float32Array[] = [];
    const spying: Rounder = {
      kind: 'rounder',
      api: 2,
      name: 'spying',
      needs: ['gram'],
      round(_values, _scheme, { gram, nearest }) {
        grams.push(gram);
        return nearest;
      },
    };
    const [only] = moments([rows[0]!, rows[1]!]).groups;
    const { port } = biased({ a: true, b: none }, { groups: [{ seen: only!.seen }] });
    await quantize(port, { ...recipe, rounding: spying });
    // One row has no spread around its mean.
    grams[0]!.forEach((one) => expect(one).toBeCloseTo(0, 6));
    expect(grams[1]![0]).toBeCloseTo(rows[0]![0]! ** 2, 5);
  });

  test('gains of a bias and of the rounder add up to what both gain over the nearest levels', async () => {
    // Inputs that move together make errors cancel each other whose sum is small.
    const together = rows.map((row, i) => row.map((x) => 1 + i / 4 + x / 20));
    const carrying: Rounder = {
      kind: 'rounder',
      api: 2,
      name: 'carrying',
      needs: ['gram'],
      round(own, scheme, { nearest, layout }) {
        const { scale } = scheme as { readonly scale: Float32Array };
        let carried = 0;
        return nearest.map((_, i) => {
          if (i % inputs === 0) carried = 0;
          const step = scale[layout.slices[i]!]!;
          const code = Math.min(Math.max(Math.round((own[i]! + carried) / step + 1), 0), 2);
          carried += own[i]! - step * (code - 1);
          return code;
        });
      },
    };
    const { port, shifts } = biased({ a: true, b: none }, moments(together));
    const plain = await quantize(port, { ...recipe, correctBiases: false });
    const { model: result, report } = await quantize(port, { ...recipe, rounding: carrying });
    expect(report.weights[0]!.rounding!.channelsKept).toBeLessThan(4);
    const squares = (off: readonly number[][]) => off.flat().reduce((sum, one) => sum + one * one, 0);
    const gain = (of: readonly Float32Array[]) => {
      const left = differences(result, 'a', of).map((channel, c) =>
        channel.map((one) => one - shifts.get('a')![c]!),
      );
      return 10 * Math.log10(squares(differences(plain.model, 'a', of)) / squares(left));
    };
    const [{ gainDb, heldOutGainDb }] = report.biases as [BiasReport];
    const { rounding } = report.weights[0]!;
    const seen = together.filter((_, i) => !isHeldOut(i, rows.length));
    const kept = together.filter((_, i) => isHeldOut(i, rows.length));
    expect(gainDb! + rounding!.gainDb!).toBeCloseTo(gain(seen), 3);
    expect(heldOutGainDb! + rounding!.heldOutGainDb!).toBeCloseTo(gain(kept), 3);
  });

  test('needs data and a port that can tell inputs', async () => {
    const { port } = biased({ a: true });
    const without: Recipe = { weights: coarse(), bits: 2, correctBiases: true };
    await expect(quantize(port, without)).rejects.toMatchObject({
      code: 'calibration-missing',
      remedy: expect.stringContaining('correctBiases'),
    });
    const blind = { ...port };
    delete blind.observeInputs;
    await expect(quantize(blind, recipe)).rejects.toMatchObject({ code: 'calibration-missing' });
  });

  test('that is no flag is refused, and so is a plan with a bias of another layer', async () => {
    const { port } = biased({ a: true });
    const given = { ...recipe, correctBiases: 'yes' } as unknown as Recipe;
    await expect(quantize(port, given)).rejects.toMatchObject({ where: 'recipe.correctBiases' });
    const { plan } = await makePlan(port, recipe);
    const known = registry([coarse()]);
    const other = { ...plan, biases: [{ layer: 'layer-z', reason: '' }] };
    await expect(applyPlan(port, other, known, { data })).rejects.toMatchObject({
      code: 'plan-mismatch',
      where: "plan: 'layer-z'",
    });
  });
});
