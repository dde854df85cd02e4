import { quantize } from '@lowbit/core';
import { minMax } from '@lowbit/baselines';
import { graphModel, tfjs } from '@lowbit/tfjs';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { classifierTask } from '../nsfw/classifier.js';
import { useWasm } from '../runtime/tfjs.js';
import { measureTfjs, type TfjsRow } from './measure-tfjs.js';
import { midArtifacts } from './mid-artifacts.js';
import { pictureSubjects } from './picture-subjects.js';
import { reviewSubject } from './review-model.js';
import { tfjsVariants } from './variants.js';

/** 8 and 4 bits; what 2 bits do is in the README. */
const variants = tfjsVariants.slice(0, 2);

// The bounds leave room for few pictures: one of 12 crops is 8 %.
const expectUseful = ([float, eight, four]: readonly TfjsRow[], atFour: number) => {
  expect(float!.agreement).toBe(1);
  expect(eight!.agreement).toBeGreaterThanOrEqual(0.9);
  expect(four!.agreement).toBeGreaterThanOrEqual(atFour);
  expect(four!.diskBytes).toBeLessThan(eight!.diskBytes);
  for (const row of [eight!, four!]) {
    expect(row.brotliBytes).toBeLessThan(row.diskBytes);
    expect(row.floatMemoryBytes).toBe(float!.floatMemoryBytes);
  }
};

beforeAll(async () => void (await useWasm()));

const withoutLeak = async (work: () => Promise<void>) => {
  const before = memory().numTensors;
  await work();
  expect(memory().numTensors).toBe(before);
};

it('a layers model still sees what is in pictures', () =>
  withoutLeak(async () => {
    const rows = await measureTfjs(pictureSubjects(3)[0], variants);
    expectUseful(rows, 0.75);
    const [float, eight, four] = rows as [TfjsRow, TfjsRow, TfjsRow];
    expect(eight.diskBytes / float.diskBytes).toBeLessThan(0.33);
    expect(four.diskBytes / float.diskBytes).toBeLessThan(0.22);
    expect(four.packedMemoryBytes! / float.floatMemoryBytes).toBeLessThan(0.25);
  }));

it('a nested one, shared by two inputs, too', () =>
  withoutLeak(async () => {
    const [float, four] = await measureTfjs(pictureSubjects(1)[1], variants.slice(1));
    expect(four!.agreement).toBeGreaterThanOrEqual(0.75);
    expect(four!.diskBytes / float!.diskBytes).toBeLessThan(0.22);
  }));

it('a graph model from a package too, and its 8-bit weights are expanded exactly first', async () => {
  const rows = await measureTfjs(pictureSubjects()[2], variants);
  expectUseful(rows, 0.75);
  const layers = await graphModel(await midArtifacts()).layers();
  expect(layers[0]!.skipped![0]!.reason).toMatch(/stores \d+ as uint8/);
  // 35 convolutions, 17 depthwise ones, one product.
  expect(layers.flatMap(({ weights }) => weights)).toHaveLength(53);
  expect(memory().numTensors).toBe(0);
});

it('an Embedding and an LSTM still understand sentences', () =>
  withoutLeak(async () => {
    const rows = await measureTfjs(reviewSubject(), variants);
    expect(rows[0]!.accuracy).toBeGreaterThan(0.9);
    expectUseful(rows, 0.9);
  }));

it('folding MobileNetV2 takes every normalization out and changes nothing but rounding', () =>
  withoutLeak(async () => {
    const task = classifierTask(1);
    const model = await task.load();
    const { model: folded, report } = await quantize(tfjs(model, { foldBatchNorm: true }), {
      weights: minMax(),
      include: ['dense_3/*'],
    });
    const classes = folded.layers.map((layer) => layer.getClassName());
    expect(classes).not.toContain('BatchNormalization');
    expect(report.skipped.filter(({ reason }) => reason.startsWith('folded'))).toHaveLength(52);
    const { sqnrDb, kept } = task.compare(await task.run(model), await task.run(folded));
    expect(kept).toBe(1);
    // The 8 bits of the last Dense, over sums that float32 rounds in another order.
    expect(sqnrDb).toBeGreaterThan(35);
    for (const each of [model, folded]) each.weights.forEach((weight) => weight.dispose());
  }));
