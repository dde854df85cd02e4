import type { Batch, ModelPort, RunOptions } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageGraph } from '../../test/graphs.js';
import { imageModel, sharedModel, smallSequential } from '../../test/models.js';
import { graphModel, tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { surveyModel } from '../model/survey.js';

function batchesOf(model: LayersModel): Batch[] {
  return [1, 2].map((seed) => {
    const inputs = model.inputs.map(({ name, shape }, i) => {
      const own = [2, ...(shape.slice(1) as number[])];
      const data = Float32Array.from({ length: tf.util.sizeFromShape(own) }, (_, k) =>
        Math.sin(seed * k + i),
      );
      return [model.inputNames[i] ?? name, { shape: own, data }] as const;
    });
    return { inputs: Object.fromEntries(inputs) };
  });
}

async function run(port: ModelPort<unknown>, batches: readonly Batch[], options: RunOptions = {}) {
  const all: Record<string, number[]>[] = [];
  for await (const outputs of port.run!(batches, options))
    all.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])));
  return all;
}

function predicted(model: LayersModel, { inputs }: Batch): Record<string, number[]> {
  const tensors = model.inputNames.map((name) => {
    const { data, shape } = inputs[name]!;
    return tf.tensor(data as Float32Array, [...shape]);
  });
  const result = model.predict(tensors);
  const outputs = Array.isArray(result) ? result : [result];
  const values = model.outputNames.map((name, i): [string, number[]] => [name, [...outputs[i]!.dataSync()]]);
  tf.dispose([tensors, outputs]);
  return Object.fromEntries(values);
}

onEveryBackend('running a model', (test) => {
  for (const make of [smallSequential, imageModel, sharedModel]) {
    test(`${make.name}: gives what it predicts, with its own weights and with others`, async () => {
      const model = make();
      const port = tfjs(model);
      const batches = batchesOf(model);
      const before = batches.map((batch) => predicted(model, batch));
      expect(await run(port, batches)).toEqual(before);
      for (const weight of (await port.layers()).flatMap(({ weights }) => weights)) {
        const values = (await weight.read()).map((value, i) => (i % 3 === 0 ? -value : value));
        const other = make();
        const { variable } = surveyModel(other)
          .flatMap(({ variables }) => variables)
          .find(({ id }) => id === weight.id)!;
        tf.tidy(() => (variable.read() as tf.Variable).assign(tf.tensor(values, variable.shape as number[])));
        const replace = new Map([[weight.id, values]]);
        expect(await run(port, batches, { replace })).toEqual(
          batches.map((batch) => predicted(other, batch)),
        );
        disposeWeights(other);
      }
      expect(batches.map((batch) => predicted(model, batch))).toEqual(before);
      disposeWeights(model);
    });
  }

  test('weights are their own between two batches', async () => {
    const model = smallSequential();
    const [batch] = batchesOf(model);
    const before = predicted(model, batch!);
    const replace = new Map([['last/kernel', new Float32Array(60)]]);
    for await (const outputs of tfjs(model).run([batch!, batch!], { replace })) {
      expect(Object.keys(outputs)).toEqual(Object.keys(before));
      expect(predicted(model, batch!)).toEqual(before);
    }
    disposeWeights(model);
  });

  test('tensors of sites are given beside the outputs, as observing sees them', async () => {
    const model = imageModel();
    const port = tfjs(model);
    const batches = batchesOf(model);
    const sites = (await port.layers()).flatMap((layer) => layer.sites);
    const calibration = await port.observe(batches);
    const all = await run(port, batches, { want: sites.map(({ tensor }) => tensor) });
    for (const { id, tensor } of sites) {
      const values = all.flatMap((outputs) => outputs[tensor]!);
      expect(Math.max(...values)).toBeCloseTo(calibration.sites[id]!.max, 6);
      expect(values.length).toBe(calibration.sites[id]!.count);
    }
    disposeWeights(model);
  });

  test('what the model does not have is told', async () => {
    const model = smallSequential();
    const wrong: [RunOptions, object][] = [
      [
        { replace: new Map([['last/kernels', new Float32Array(60)]]) },
        { remedy: 'Did you mean last/kernel?' },
      ],
      [{ replace: new Map([['last/kernel', new Float32Array(59)]]) }, { expected: '60 values' }],
      [{ want: ['nothing'] }, { received: 'nothing' }],
    ];
    for (const [options, error] of wrong)
      await expect(run(tfjs(model), batchesOf(model), options)).rejects.toMatchObject({
        code: 'invalid-argument',
        ...error,
      });
    disposeWeights(model);
  });
});

onEveryBackend('running a graph model', (test) => {
  const data = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(i));
  const load = () => loadGraphModel(tf.io.fromMemory(imageGraph()));

  test('that is loaded gives what it predicts, and other weights change that for the time', async () => {
    expect(graphModel(imageGraph()).run).toBeUndefined();
    const live = await load();
    const port = graphModel(live);
    const input = live.inputs[0]!.name;
    const batch = { inputs: { [input]: { shape: [2, 8, 8, 3], data } } };
    const [before] = await run(port, [batch]);
    const predicted = tf.tidy(() => (live.predict(tf.tensor(data, [2, 8, 8, 3])) as tf.Tensor).dataSync());
    expect(Object.values(before!)).toEqual([[...predicted]]);
    for (const weight of (await port.layers()).flatMap(({ weights }) => weights)) {
      const replace = new Map([[weight.id, (await weight.read()).map((value) => 2 * value)]]);
      expect(await run(port, [batch], { replace })).not.toEqual([before]);
    }
    const node = (imageGraph().modelTopology as { node: { name: string; op: string }[] }).node;
    const { name } = node.find(({ op }) => op.includes('Conv2D'))!;
    const [more] = await run(port, [batch], { want: [name] });
    expect(more![name]!.length).toBeGreaterThan(0);
    expect(await run(port, [batch])).toEqual([before]);
    await expect(run(port, [batch], { want: ['none'] })).rejects.toMatchObject({ code: 'invalid-argument' });
    live.dispose();
  });
});
