import {
  applyPlan,
  makePlan,
  measureError,
  quantize,
  train,
  type Granularity,
  type Report,
} from '@lowbit/core';
import { storedBytes, type WeightSpec } from '@lowbit/tfjs-format';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { graphModel, load, planOf, save, saveGraph, tfjs } from '../src/index.js';
import { loadGraph } from '../src/graph/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { surveyModel } from '../src/model/survey.js';
import { registry } from '../src/register.js';
import { onEveryBackend } from './backends.js';
import { imageGraph } from './graphs.js';
import { memoryFile } from './memory-file.js';
import { imageModel, sequenceModel, sharedModel, smallSequential, withSeededWeights } from './models.js';
import { besidesSize, weightBytes } from './sizes.js';
import { grid, halves, ranks, wide } from './quantizers.js';

function weightsOf(model: tfLayers.LayersModel): Map<string, Float32Array> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [id, variable.read().dataSync<'float32'>().slice()]));
}

/** The report's errors are those of these values, to the last digit. */
function expectTold(
  { weights }: Report,
  original: ReadonlyMap<string, Float32Array>,
  loaded: ReadonlyMap<string, Float32Array>,
): void {
  for (const { id, error } of weights)
    expect(error).toEqual(measureError(original.get(id)!, loaded.get(id)!));
}

const storedBytesOf = ({ weightSpecs }: tf.io.ModelArtifacts, name: string) =>
  storedBytes((weightSpecs as readonly WeightSpec[]).find((spec) => spec.name === name)!);

const formsIn = ({ weights }: Report) => [...new Set(weights.map(({ form }) => form))];

onEveryBackend('a plain file', (test) => {
  for (const make of [smallSequential, imageModel, sharedModel, sequenceModel])
    test(`${make.name}: unmodified TensorFlow.js loads the values of the report, at every width`, async () => {
      const model = make();
      for (const bits of [1, 3, 8, 9, 16]) {
        const port = tfjs(model, { format: 'plain' });
        const { model: small, report } = await quantize(port, { registry, weights: 'min-max', bits });
        expect(formsIn(report)).toEqual([bits > 8 ? 'uint16' : 'uint8']);
        const file = memoryFile();
        const { format, lowestSqnrDb, warnings } = await save(small, file);
        expect({ format, lowestSqnrDb, warnings }).toEqual({
          format: 'plain',
          lowestSqnrDb: null,
          warnings: [],
        });
        const loaded = await tfLayers.loadLayersModel(file);
        expect(weightsOf(loaded)).toEqual(weightsOf(small));
        expectTold(report, weightsOf(model), weightsOf(loaded));
        const again = memoryFile();
        expect(await save(loaded, again)).toMatchObject({ format: 'plain', lowestSqnrDb: null });
        for (const each of [small, loaded]) disposeWeights(each);
      }
      disposeWeights(model);
    });

  test('is no worse than rounding each tensor to 255 steps over its range, as the converter does', async () => {
    const model = imageModel();
    const { model: small, report } = await quantize(tfjs(model, { format: 'plain' }), { registry });
    const original = weightsOf(model);
    for (const { id, error } of report.weights) {
      const values = original.get(id)!;
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const step = (most - least) / 255;
      const rounded = values.map((value) => Math.round((value - least) / step) * step + least);
      expect(error!.sqnrDb!).toBeGreaterThanOrEqual(measureError(values, rounded).sqnrDb! - 1e-9);
    }
    for (const each of [model, small]) disposeWeights(each);
  });

  for (const quantizer of [ranks, halves])
    test(`of ${quantizer.name}, which has no even grid, holds float16, and says so`, async () => {
      const model = imageModel();
      const { model: small, report } = await quantize(tfjs(model, { format: 'plain' }), {
        weights: quantizer,
        bits: 3,
      });
      expect(formsIn(report)).toEqual(['float16']);
      expect(report.weights[0]!.storageReason).toMatch(/is no even grid: it is stored as float16/);
      expect(report.bitsPerWeight).toBe(16);
      const file = memoryFile();
      expect(await save(small, file)).toMatchObject({ lowestSqnrDb: null, warnings: [] });
      const loaded = await tfLayers.loadLayersModel(file);
      expectTold(report, weightsOf(model), weightsOf(loaded));
      const again = memoryFile();
      expect(await save(loaded, again)).toMatchObject({ lowestSqnrDb: null, warnings: [] });
      expect(await again.load()).toEqual(await file.load());
      for (const each of [model, small, loaded]) disposeWeights(each);
    });

  test('that unmodified TensorFlow.js loaded keeps its form when it is saved again, and says where it cannot', async () => {
    const model = imageModel();
    for (const bits of [1, 2, 4, 8]) {
      const port = tfjs(model, { format: 'plain' });
      const { model: small } = await quantize(port, { registry, weights: 'min-max', bits });
      const [file, again] = [memoryFile(), memoryFile()];
      const first = await save(small, file);
      const loaded = await tfLayers.loadLayersModel(file);
      const second = await save(loaded, again);
      expect([weightBytes(second), second.warnings]).toEqual([weightBytes(first), []]);
      const reloaded = await tfLayers.loadLayersModel(again);
      expect(weightsOf(reloaded)).toEqual(weightsOf(small));
      for (const each of [small, loaded, reloaded]) disposeWeights(each);
    }
    const told = {
      float32: [],
      uint16: [expect.stringContaining('load the file with load of @lowbit/tfjs')],
    };
    for (const [plain, warnings] of Object.entries(told)) {
      const port = tfjs(model, { format: 'plain', plain: plain as 'uint16' });
      const { model: small } = await quantize(port, { registry, bits: 12 });
      const file = memoryFile();
      await save(small, file);
      const loaded = await tfLayers.loadLayersModel(file);
      expect(await save(loaded, memoryFile())).toMatchObject({ lowestSqnrDb: null, warnings });
      for (const each of [small, loaded]) disposeWeights(each);
    }
    disposeWeights(model);
  });

  test('of a method without even grids keeps its channels, and is as good as in half precision', async () => {
    const model = imageModel();
    for (const weights of [ranks, halves]) {
      const [even, half] = await Promise.all(
        [{}, { plain: 'float16' as const }].map((form) =>
          quantize(tfjs(model, { format: 'plain', ...form }), { weights, bits: 3 }),
        ),
      );
      expect(even!.report.weights.map(({ granularity }) => granularity)).toContain('channel');
      expect(even!.report.weights.map(({ error }) => error)).toEqual(
        half!.report.weights.map(({ error }) => error),
      );
      expect(even!.report.weights[0]!.reason).toContain(`${weights.name} has no even grid for uint8`);
      for (const { model: small } of [even!, half!]) disposeWeights(small);
    }
    disposeWeights(model);
  });

  test('of two or three levels that are spaced evenly is uint8', async () => {
    const model = imageModel();
    for (const [weights, bits] of [
      ['bwn', 1],
      ['ternary', 2],
      ['ul2q', 4],
    ] as const) {
      const port = tfjs(model, { format: 'plain' });
      const { model: small, report } = await quantize(port, { registry, weights, bits });
      expect(formsIn(report)).toEqual(['uint8']);
      expect(report.weights.flatMap(({ warnings }) => warnings).join()).not.toContain('broke the promise');
      const file = memoryFile();
      expect(await save(small, file)).toMatchObject({ lowestSqnrDb: null, warnings: [] });
      const loaded = await tfLayers.loadLayersModel(file);
      expectTold(report, weightsOf(model), weightsOf(loaded));
      for (const each of [small, loaded]) disposeWeights(each);
    }
    disposeWeights(model);
  });

  test('of uint8 refuses more than 8 bits while it is planned', async () => {
    const model = smallSequential();
    for (const port of [
      tfjs(model, { format: 'plain', plain: 'uint8' }),
      graphModel(imageGraph(), { format: 'plain', plain: 'uint8' }),
    ])
      await expect(makePlan(port as never, { registry, bits: 10 })).rejects.toMatchObject({
        code: 'unsupported-bits',
        received: '10',
      });
    disposeWeights(model);
  });

  test('saved as packed is packed, where that is smaller, with the same values', async () => {
    const model = imageModel();
    for (const [bits, form] of [
      [2, 'packed 2-bit'],
      [10, 'uint16'],
      [8, 'uint8'],
    ] as const) {
      const { model: small } = await quantize(tfjs(model, { format: 'plain' }), { weights: wide, bits });
      const [packed, plain] = [memoryFile(), memoryFile()];
      const report = await save(small, packed, { format: 'packed' });
      expect(report).toMatchObject({ format: 'packed', lowestSqnrDb: null });
      const quantized = report.weights.filter(({ name }) => /kernel/.test(name));
      expect([...new Set(quantized.map((weight) => weight.form))]).toEqual([form]);
      expect(weightBytes(report)).toBeLessThanOrEqual(weightBytes(await save(small, plain)));
      const loaded = await load(packed);
      expect(weightsOf(loaded)).toEqual(weightsOf(small));
      for (const each of [small, loaded]) disposeWeights(each);
    }
    disposeWeights(model);
  });

  test('of what float16 does not hold stays whole, and says so', async () => {
    const model = smallSequential();
    tf.tidy(() => void model.getLayer('last').weights[0]!.write(tf.fill([15, 4], 1e6)));
    const { model: small, report } = await quantize(tfjs(model, { format: 'plain' }), { weights: ranks });
    expect(report.weights.map(({ form }) => form)).toEqual(['float16', 'float32']);
    expect(report.weights[1]!.storageReason).toContain('float16 does not hold');
    for (const each of [model, small]) disposeWeights(each);
  });

  test('of slices that somebody chose is stored as float16, and the reason names what would be exact', async () => {
    const model = smallSequential();
    const recipe = { weights: grid, bits: 4, granularity: 'channel' as Granularity };
    const { model: small, report } = await quantize(tfjs(model, { format: 'plain' }), recipe);
    expect(formsIn(report)).toEqual(['float16']);
    expect(report.weights[0]!.reason).toContain('uint8 would take it with tensor');
    for (const each of [model, small]) disposeWeights(each);
  });

  test('of levels that are finer than float16 warns of what that costs', async () => {
    const model = smallSequential();
    const recipe = { registry, weights: 'min-max', bits: 16, granularity: 'channel' as Granularity };
    const fine = await quantize(tfjs(model, { format: 'plain' }), recipe);
    expect(formsIn(fine.report)).toEqual(['float16']);
    for (const { warnings, error } of fine.report.weights)
      expect(warnings).toEqual([
        expect.stringContaining(`float16 rounds its levels again: ${error!.sqnrDb!.toFixed(1)} dB`),
      ]);
    const whole = await quantize(tfjs(model, { format: 'plain' }), { ...recipe, granularity: 'tensor' });
    expect(besidesSize(whole.report.warnings)).toEqual([]);
    for (const each of [model, fine.model, whole.model]) disposeWeights(each);
  });

  test('of codebooks that an earlier run packed says that they grow', async () => {
    const model = smallSequential();
    const { model: small } = await quantize(tfjs(model), { weights: ranks, bits: 3, exclude: ['last'] });
    const { model: both, report } = await quantize(tfjs(small, { format: 'plain' }), { weights: grid });
    expect(report.skipped.map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/quantized already.*float32 of \d+ bytes instead of \d+ packed/),
    );
    for (const each of [model, small, both]) disposeWeights(each);
  });

  test('of codebooks of a graph that an earlier run packed says that they grow', async () => {
    const { model } = await quantize(graphModel(imageGraph()), {
      weights: ranks,
      bits: 3,
      exclude: ['last/*'],
    });
    const again = graphModel(model, { format: 'plain' });
    const { model: plain, report } = await quantize(again, { weights: grid });
    const told = report.skipped.filter(({ reason }) => /quantized already/.test(reason));
    expect(told).not.toEqual([]);
    for (const { subject, reason } of told) {
      const [, whole, packed] = /float32 of (\d+) bytes instead of (\d+) packed/.exec(reason) ?? [];
      expect([packed, whole].map(Number)).toEqual([model, plain].map((one) => storedBytesOf(one, subject)));
    }
    const same = await quantize(graphModel(model), { weights: grid });
    for (const { reason } of same.report.skipped) expect(reason).not.toContain('bytes instead of');
  });

  test('of a model that was quantized for another form warns, and names the option', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const { warnings, lowestSqnrDb } = await save(small, memoryFile(), { format: 'plain' });
    expect(warnings).toEqual([expect.stringContaining("tfjs(model, { format: 'plain' })") as string]);
    expect(warnings[0]).toContain(`at worst ${lowestSqnrDb!.toFixed(1)} dB`);
    const { model: whole } = await quantize(tfjs(model), { weights: grid, bits: 4, granularity: 'tensor' });
    const exact = await save(whole, memoryFile(), { format: 'plain' });
    expect(exact.warnings).toEqual([]);
    // Where the file's arithmetic rounds once, that of the levels twice.
    expect(exact.lowestSqnrDb ?? Infinity).toBeGreaterThan(120);
    for (const each of [model, small, whole]) disposeWeights(each);
  });

  test('is in the plan, which brings its form along', async () => {
    const model = smallSequential();
    const recipe = { registry, weights: 'min-max', bits: 5 };
    const { plan } = await makePlan(tfjs(model, { format: 'plain' }), recipe);
    expect(plan.form).toEqual({ format: 'plain' });
    const { model: small, report } = await applyPlan(tfjs(model), plan, registry);
    expect(formsIn(report)).toEqual(['uint8']);
    expect(planOf(small)).toEqual(plan);
    await expect(applyPlan(tfjs(model, { format: 'packed' }), plan, registry)).rejects.toMatchObject({
      code: 'plan-mismatch',
      expected: 'format packed, as was asked for',
    });
    expect(() => tfjs(model, { format: 'zip' as never })).toThrow(/option 'format'/);
    for (const each of [model, small]) disposeWeights(each);
  });

  test('is what a model can be trained for', async () => {
    const { dense } = tfLayers.layers;
    const model = withSeededWeights(
      tfLayers.sequential({ layers: [dense({ units: 5, inputShape: [6] }), dense({ units: 4 })] }),
    );
    const optimizer = tf.train.sgd(0.05);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const [xs, ys] = [tf.ones([2, 6]), tf.zeros([2, 4])];
    const run = train(tfjs(model, { format: 'plain' }), { weights: grid, bits: 4 });
    for await (const { number } of run) {
      expect(number).toBe(0);
      await model.fit(xs, ys, { epochs: 2, verbose: 0 });
    }
    const { model: small, report } = await run.result;
    expect(formsIn(report)).toEqual(['uint8']);
    const file = memoryFile();
    expect(await save(small, file)).toMatchObject({ format: 'plain', lowestSqnrDb: null });
    const loaded = await tfLayers.loadLayersModel(file);
    expect(weightsOf(loaded)).toEqual(weightsOf(small));
    tf.dispose([xs, ys]);
    optimizer.dispose();
    for (const each of [model, small, loaded]) disposeWeights(each);
  });

  test('keeps the small form of weights that nothing changed', async () => {
    const model = imageModel();
    const stored = memoryFile();
    await save(model, stored, { rest: 'float16' });
    const half = await load(stored);
    const { model: small } = await quantize(tfjs(half), { weights: grid, bits: 4, include: ['conv'] });
    const file = memoryFile();
    const { weights, lowestSqnrDb } = await save(small, file);
    expect(weights.map(({ form }) => form).filter((form) => form === 'float16')).toHaveLength(
      weights.length - 1,
    );
    expect(lowestSqnrDb).toBeNull();
    const loaded = await load(file);
    expect(weightsOf(loaded)).toEqual(weightsOf(small));
    for (const each of [model, half, small, loaded]) disposeWeights(each);
  });

  test('of a graph has the values of the report too, at every width', async () => {
    const loading = await loadGraph(imageGraph());
    const floats = new Map(
      Object.entries(loading.weights).map(([id, [w]]) => [id, Float32Array.from(w!.dataSync())]),
    );
    loading.dispose();
    for (const [weights, bits, form] of [
      [grid, 8, 'uint8'],
      ['min-max', 12, 'uint16'],
      [ranks, 4, 'float16'],
    ] as const) {
      const port = graphModel(imageGraph(), { format: 'plain' });
      const { model, report } = await quantize(port, { registry, weights, bits });
      expect(formsIn(report)).toEqual([form]);
      const file = memoryFile();
      expect(await saveGraph(model, file)).toMatchObject({
        format: 'plain',
        lowestSqnrDb: null,
        warnings: [],
      });
      const stock = await loadGraphModel(file);
      const loaded = new Map(
        Object.entries(stock.weights).map(([id, [w]]) => [id, Float32Array.from(w!.dataSync())]),
      );
      stock.dispose();
      expectTold(report, floats, loaded);
    }
    const { model } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 6 });
    const { warnings } = await saveGraph(model, memoryFile(), { format: 'plain' });
    expect(warnings[0]).toContain("graphModel(source, { format: 'plain' })");
  });
});
