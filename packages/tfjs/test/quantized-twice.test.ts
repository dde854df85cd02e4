import { applyPlan, quantize, registry, train, type ModelPort, type Recipe } from '@lowbit/core';
import { expandWeight, storedWeights, type WeightSpec } from '@lowbit/tfjs-format';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { loadGraph } from '../src/graph/index.js';
import { graphModel, load, planOf, save, saveGraph, tfjs, type StorageForm } from '../src/index.js';
import { load as loadOnly } from '../src/load/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { surveyModel } from '../src/model/survey.js';
import { onEveryBackend } from './backends.js';
import { imageGraph } from './graphs.js';
import { memoryFile } from './memory-file.js';
import { imageModel, sequenceModel, sharedModel, smallSequential, withSeededWeights } from './models.js';
import { grid, halves, ranks } from './quantizers.js';

type File = ReturnType<typeof memoryFile>;

/** The bytes and specifications of the weights in a file, by name. */
async function weightsIn(file: File) {
  const { weightSpecs, weightData } = await file.load();
  const weights = storedWeights(
    weightSpecs as unknown as WeightSpec[],
    new Uint8Array(weightData as ArrayBuffer),
    'file',
  );
  return new Map(weights.map((weight) => [weight.spec.name, weight]));
}

function valuesOf(model: tfLayers.LayersModel): Map<string, Float32Array> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [id, variable.read().dataSync<'float32'>().slice()]));
}

const twice = {
  code: 'nothing-to-quantize',
  received: expect.stringContaining('quantized already by lowbit: ') as string,
  remedy: expect.stringContaining('the float model') as string,
};

/** What is quantized already is refused, by another method and with other bits. */
async function expectRefused<M>(port: ModelPort<M>): Promise<void> {
  await expect(quantize(port, { weights: ranks, bits: 2 })).rejects.toMatchObject(twice);
}

const forms: Readonly<Record<string, StorageForm>> = {
  packed: {},
  plain: { format: 'plain' },
  'plain in half precision': { format: 'plain', plain: 'float16' },
};

onEveryBackend('what lowbit wrote is not quantized again', (test) => {
  for (const [title, form] of Object.entries(forms))
    for (const make of [imageModel, sequenceModel, sharedModel])
      for (const weights of [grid, ranks, halves])
        test(`${title}, ${make.name}, ${weights.name}: the result itself, its file, a file of that`, async () => {
          const model = make();
          const { model: small } = await quantize(tfjs(model, form), { weights, bits: 3 });
          await expectRefused(tfjs(small));
          const [file, second] = [memoryFile(), memoryFile()];
          await save(small, file);
          const loaded = [await load(file), await loadOnly(file)];
          if (form.format === 'plain') loaded.push(await tfLayers.loadLayersModel(file));
          else loaded.push(await load(file, { weights: 'packed' }));
          for (const each of loaded) await expectRefused(tfjs(each));
          await save(loaded[0]!, second);
          const last = await loadOnly(second);
          await expectRefused(tfjs(last));
          for (const each of [model, small, ...loaded, last]) disposeWeights(each);
        });

  for (const [title, form] of Object.entries(forms))
    test(`${title}: graphs as artifacts, as files, and running`, async () => {
      const { model } = await quantize(graphModel(imageGraph(), form), { weights: grid, bits: 3 });
      await expectRefused(graphModel(model));
      const file = memoryFile();
      await saveGraph(model, file);
      await expectRefused(graphModel(file));
      const running = await loadGraph(file);
      await expectRefused(graphModel(running));
      running.dispose();
      if (form.format !== 'plain') return;
      const stock = await loadGraphModel(file);
      await expectRefused(graphModel(stock));
      stock.dispose();
    });

  test('a packed file without metadata is known by its form', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const file = memoryFile();
    await save(small, file);
    const loaded = await load({ load: async () => ({ ...(await file.load()), userDefinedMetadata: {} }) });
    await expectRefused(tfjs(loaded));
    const { model: graph } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 4 });
    await expectRefused(graphModel({ ...graph, userDefinedMetadata: {} }));
    for (const each of [model, small, loaded]) disposeWeights(each);
  });

  test('metadata of another kind are no record', async () => {
    for (const lowbit of [
      null,
      'x',
      7,
      { weights: null },
      { plan: null, earlier: 3, weights: { 'last/kernel': 1 } },
      { plan: { weights: 2 } },
      { weights: 'abc' },
    ]) {
      const model = smallSequential();
      model.setUserDefinedMetadata({ lowbit: lowbit as never });
      const { model: small, report } = await quantize(tfjs(model), { weights: grid });
      expect(report.weights).toHaveLength(2);
      for (const each of [model, small]) disposeWeights(each);
    }
  });

  test('what saving rounded is known too', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const file = memoryFile();
    const { lowestSqnrDb } = await save(small, file, { format: 'plain' });
    expect(lowestSqnrDb).not.toBeNull();
    const loaded = await tfLayers.loadLayersModel(file);
    await expectRefused(tfjs(loaded));
    const { model: graph } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 4 });
    const graphFile = memoryFile();
    await saveGraph(graph, graphFile, { format: 'plain' });
    await expectRefused(graphModel(graphFile));
    for (const each of [model, small, loaded]) disposeWeights(each);
  });
});

onEveryBackend('a second run', (test) => {
  const first: Recipe = { weights: grid, bits: 4, include: ['conv/*'] };
  const second: Recipe = { weights: ranks, bits: 2 };

  for (const [title, form] of Object.entries(forms))
    test(`${title}: quantizes what the first left float, and keeps the rest to the bit`, async () => {
      const model = imageModel();
      const one = await quantize(tfjs(model, form), first);
      const [file, after] = [memoryFile(), memoryFile()];
      await save(one.model, file);
      const loaded = await load(file);
      for (const source of [one.model, loaded]) {
        const two = await quantize(tfjs(source, form), second);
        const made = two.report.weights.map(({ id }) => id);
        expect(made).not.toContain('conv/kernel');
        expect(made).toHaveLength(4);
        expect(two.report.skipped).toContainEqual(
          expect.objectContaining({
            subject: 'conv/kernel',
            reason: 'quantized already by lowbit: grid at 4 bits',
          }),
        );
        const { bytes } = await save(two.model, after);
        const [before, now] = [await weightsIn(file), await weightsIn(after)];
        expect(now.get('conv/kernel')).toEqual(before.get('conv/kernel'));
        expect(two.report.modelBytes.after).toBe(bytes);
        const again = await load(after);
        expect(valuesOf(again).get('conv/kernel')).toEqual(valuesOf(one.model).get('conv/kernel'));
        await expectRefused(tfjs(again));
        expect((again.getUserDefinedMetadata() as { lowbit: object }).lowbit).toMatchObject({
          plan: two.plan,
          earlier: [one.plan],
        });
        expect(planOf(again)).toEqual(two.plan);
        for (const each of [two.model, again]) disposeWeights(each);
      }
      for (const each of [model, one.model, loaded]) disposeWeights(each);
    });

  for (const [title, form] of Object.entries(forms))
    test(`${title}: of a graph, read from its file or running`, async () => {
      const one = await quantize(graphModel(imageGraph(), form), first);
      const [file, after] = [memoryFile(), memoryFile()];
      await saveGraph(one.model, file);
      const running = await loadGraph(file);
      for (const source of [one.model, file, running]) {
        const two = await quantize(graphModel(source, form), second);
        expect(two.report.weights.map(({ id }) => id)).toEqual([
          'depthwise/kernel',
          'pointwise/kernel',
          'square/kernel',
          'last/kernel',
        ]);
        await saveGraph(two.model, after);
        const [before, now] = [await weightsIn(file), await weightsIn(after)];
        expect(now.get('conv/kernel')).toEqual(before.get('conv/kernel'));
        await expectRefused(graphModel(after));
        expect(two.model.userDefinedMetadata).toMatchObject({
          mine: 1,
          lowbit: { plan: two.plan, earlier: [one.plan] },
        });
      }
      running.dispose();
    });

  test('for another form keeps the values of the first to the bit', async () => {
    const model = imageModel();
    for (const granularity of ['channel', 'tensor'] as const) {
      const { model: one } = await quantize(tfjs(model), { ...first, granularity });
      const { model: two } = await quantize(tfjs(one, { format: 'plain' }), { weights: grid, bits: 8 });
      const file = memoryFile();
      expect(await save(two, file)).toMatchObject({ format: 'plain', lowestSqnrDb: null, warnings: [] });
      const stock = await tfLayers.loadLayersModel(file);
      expect(valuesOf(stock).get('conv/kernel')).toEqual(valuesOf(one).get('conv/kernel'));
      await expectRefused(tfjs(stock));
      const graph = await quantize(graphModel(imageGraph()), { ...first, granularity });
      const plain = await quantize(graphModel(graph.model, { format: 'plain' }), { weights: grid, bits: 8 });
      const graphFile = memoryFile();
      expect(await saveGraph(plain.model, graphFile)).toMatchObject({ lowestSqnrDb: null, warnings: [] });
      const packed = storedWeights(
        graph.model.weightSpecs as unknown as WeightSpec[],
        new Uint8Array(graph.model.weightData as ArrayBuffer),
        'graph',
      ).find(({ spec }) => spec.name === 'conv/kernel')!;
      const kept = (await weightsIn(graphFile)).get('conv/kernel')!;
      expect(expandWeight(kept, 'kept')).toEqual(expandWeight(packed, 'packed'));
      for (const each of [one, two, stock]) disposeWeights(each);
    }
    disposeWeights(model);
  });

  test('may quantize a weight that was changed since', async () => {
    const model = smallSequential();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    tf.tidy(() => {
      const kernel = small.getLayer('last').weights[0]!;
      kernel.write(tf.mul(kernel.read(), 1.0001));
    });
    const { model: two, report } = await quantize(tfjs(small), { weights: grid, bits: 2 });
    expect(report.weights.map(({ id }) => id)).toEqual(['last/kernel']);
    const file = memoryFile();
    await save(two, file);
    const loaded = await load(file);
    await expectRefused(tfjs(loaded));
    for (const each of [model, small, two, loaded]) disposeWeights(each);
  });

  test('by a stored plan is refused, and its remedy holds', async () => {
    const model = smallSequential();
    const { model: small, plan } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const known = registry([grid]);
    await expect(applyPlan(tfjs(small), plan, known)).rejects.toMatchObject({
      code: 'plan-mismatch',
      where: "plan: 'first/kernel'",
      received: 'one quantized already by lowbit: grid at 4 bits',
      remedy: expect.stringContaining('the float model') as string,
    });
    const { model: again } = await applyPlan(tfjs(model), plan, known);
    expect(valuesOf(again)).toEqual(valuesOf(small));
    for (const each of [model, small, again]) disposeWeights(each);
  });

  test('does not fold a normalization into a kernel that is quantized', async () => {
    const model = imageModel();
    const { model: one } = await quantize(tfjs(model), { weights: grid, bits: 4, include: ['conv/*'] });
    const { model: two, report } = await quantize(tfjs(one, { foldBatchNorm: true }), {
      weights: grid,
      bits: 4,
    });
    expect(report.skipped).toContainEqual(
      expect.objectContaining({
        subject: 'norm',
        reason: 'not folded: the kernel of conv is quantized already by lowbit; it stays float',
      }),
    );
    expect(valuesOf(two).get('conv/kernel')).toEqual(valuesOf(one).get('conv/kernel'));
    for (const each of [model, one, two]) disposeWeights(each);
  });

  test('may train what is packed, whose values move', async () => {
    const { dense } = tfLayers.layers;
    const layers = [dense({ name: 'first', units: 5, inputShape: [6] }), dense({ name: 'last', units: 4 })];
    const model = withSeededWeights(tfLayers.sequential({ layers }));
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const optimizer = tf.train.sgd(0.05);
    small.compile({ optimizer, loss: 'meanSquaredError' });
    const [xs, ys] = [tf.ones([2, 6]), tf.zeros([2, 4])];
    const run = train(tfjs(small), { weights: grid, bits: 3, include: ['last/*'] });
    for await (const { number } of run) {
      expect(number).toBe(0);
      await small.fit(xs, ys, { epochs: 2, verbose: 0 });
    }
    const { model: trained, report } = await run.result;
    expect(report.weights.map(({ id, bits }) => [id, bits])).toEqual([['last/kernel', 3]]);
    const again = quantize(tfjs(trained), { weights: ranks, include: ['last/*'] });
    await expect(again).rejects.toMatchObject({ code: twice.code, received: twice.received });
    tf.dispose([xs, ys]);
    optimizer.dispose();
    for (const each of [model, small, trained]) disposeWeights(each);
  });
});
