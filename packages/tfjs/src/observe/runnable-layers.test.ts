import { kerasInputs } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { sharedModel, smallSequential } from '../../test/models.js';
import { interfaceOf, kerasModel, runnableLayers, tfjs } from '../index.js';
import { runnableGraph, loadGraph } from '../graph/index.js';
import { graphBuilder, imageGraph } from '../../test/graphs.js';

/** The next larger integers are none of float32. */
const rounded = [2 ** 24, 2 ** 26, 2 ** 30];

onEveryBackend('a model that is run', (test) => {
  test('gives what it predicts, by the names that its interface tells', async () => {
    for (const model of [smallSequential(), sharedModel()]) {
      const running = runnableLayers(model, 'small');
      expect(running).toMatchObject({ name: 'small', ...interfaceOf(model) });
      const given = running.inputs.map(({ name, shape }) => {
        const own = shape!.map((size) => Number(size ?? 2));
        const data = Float32Array.from({ length: tf.util.sizeFromShape(own) }, (_, i) => Math.sin(i));
        return [name, { shape: own, data }] as const;
      });
      const before = tf.memory().numTensors;
      const results = await running.run(Object.fromEntries(given));
      expect(tf.memory().numTensors).toBe(before);
      const tensors = given.map(([, { shape, data }]) => tf.tensor(data, shape));
      const predicted = [model.predict(tensors)].flat() as tf.Tensor[];
      expect(Object.keys(results)).toEqual(model.outputNames);
      expect(Object.values(results)).toEqual(
        predicted.map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() })),
      );
      tf.dispose([tensors, predicted]);
      await running.close();
    }
  });

  test('tells by which layer a model scales pixels itself, also as one of Keras', async () => {
    const flip = () => tfLayers.layers.dropout({ rate: 0.5, name: 'kept' });
    const scaling = (scale: number) => tfLayers.layers.rescaling({ scale, offset: 0, name: 'scales' });
    const normal = (mean: number) => {
      const movingMeanInitializer = tfLayers.initializers.constant({ value: mean });
      return tfLayers.layers.batchNormalization({ movingMeanInitializer, name: 'scales' });
    };
    const chain = (...layers: tfLayers.layers.Layer[]) => {
      const x = tfLayers.input({ shape: [4, 4, 3] });
      const last = tfLayers.layers.globalAveragePooling2d({ name: 'last' });
      const outputs = [...layers, last].reduce((y, layer) => layer.apply(y) as tfLayers.SymbolicTensor, x);
      return tfLayers.model({ inputs: x, outputs });
    };
    // One layer twice in a row, too.
    const kept = flip();
    const augmented = tfLayers.sequential({
      layers: [tfLayers.layers.dropout({ rate: 0.5, inputShape: [4, 4, 3] })],
    });
    for (const [scaledBy, model] of [
      ['scales', chain(kept, kept, scaling(1 / 255))],
      ['scales', chain(augmented, scaling(1 / 255))],
      ['scales', chain(normal(120))],
      [undefined, chain(scaling(2))],
      [undefined, chain(normal(0.5))],
      [undefined, smallSequential()],
    ] as const) {
      expect(interfaceOf(model).inputs[0]?.scaledBy).toBe(scaledBy);
      expect(runnableLayers(model).inputs[0]?.scaledBy).toBe(scaledBy);
      const [input] = await kerasInputs(await kerasModel(model));
      expect(input?.scaledBy).toBe(scaledBy);
      model.dispose();
    }
  });

  test('gives each of several outputs of one layer, under names of their own', async () => {
    const [x, y] = ['x', 'y'].map((name) => tfLayers.input({ shape: [3], name })) as [
      tfLayers.SymbolicTensor,
      tfLayers.SymbolicTensor,
    ];
    const shared = tfLayers.layers.dense({ units: 2, name: 'shared' });
    const outputs = [x, y].map((each) => shared.apply(each) as tfLayers.SymbolicTensor);
    const model = tfLayers.model({ inputs: [x, y], outputs });
    const values = [1, 2].map((value) => ({ shape: [1, 3], data: [value, 0, -value] }));
    const inputs = { x: values[0]!, y: values[1]! };
    const tensors = values.map(({ shape, data }) => tf.tensor(data, shape));
    const given = model.predict(tensors) as tf.Tensor[];
    const predicted = given.map((each) => [...each.dataSync()]);
    const running = runnableLayers(model);
    const results = await running.run(inputs);
    expect(Object.keys(results)).toEqual(['shared', 'shared_1']);
    expect(Object.values(results).map(({ data }) => Array.from(data as Float32Array))).toEqual(predicted);
    for await (const each of tfjs(model).run!([{ inputs }]))
      expect([each['shared'], each['shared_1']].map((one) => [...one!.data])).toEqual(predicted);
    tf.dispose([tensors, given]);
    await running.close();
  });

  test('is told by its name in what the runtime throws, and an input that is missing is told too', async () => {
    const model = runnableLayers(smallSequential(), 'small.json');
    const { name } = model.inputs[0]!;
    const wrong = { shape: [1, 1], data: [1] };
    await expect(model.run({ [name]: wrong })).rejects.toMatchObject({
      code: 'runtime-failed',
      where: 'small.json',
    });
    await expect(model.run({})).rejects.toMatchObject({ code: 'invalid-argument' });
    await model.close();
  });

  test('takes integers with all their bits, as running it in batches does', async () => {
    const x = tfLayers.input({ shape: [3], dtype: 'int32', name: 'x' });
    const model = tfLayers.model({ inputs: x, outputs: new Beyond({}).apply(x) as tfLayers.SymbolicTensor });
    const inputs = { x: { shape: [1, 3], data: rounded.map((value) => value + 1) } };
    const [result] = Object.values(await runnableLayers(model).run(inputs));
    expect(result!.data).toEqual(Int32Array.of(1, 1, 1));
    for await (const outputs of tfjs(model).run!([{ inputs }]))
      expect([...Object.values(outputs)[0]!.data]).toEqual([1, 1, 1]);
  });
});

/** What its inputs, as integers, are more than numbers that float32 holds. */
class Beyond extends tfLayers.layers.Layer {
  static readonly className = 'BeyondForTests';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.sub(Array.isArray(inputs) ? inputs[0]! : inputs, tf.tensor(rounded, [1, 3], 'int32'));
  }
}

onEveryBackend('a graph that is run', (test) => {
  test('gives what it executes', async () => {
    const graph = await loadGraph({ load: async () => imageGraph() });
    const running = runnableGraph(graph, 'image');
    const data = Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => Math.sin(i));
    const results = await running.run({ x: { shape: [1, 8, 8, 3], data } });
    const { name } = running.outputs[0]!;
    const expected = tf.tidy(() => (graph.execute(tf.tensor(data, [1, 8, 8, 3])) as tf.Tensor).dataSync());
    expect(results[name]!.data).toEqual(expected);
    await running.close();
  });

  test('keeps a constant that is an output', async () => {
    const { input, weight, artifacts } = graphBuilder();
    input('x', [1, 3]);
    const graph = await loadGraph({ load: async () => artifacts(weight('w', [2, 2])) });
    const running = runnableGraph(graph);
    const given = { x: { shape: [1, 3], data: [1, 2, 3] } };
    const [first, second] = [await running.run(given), await running.run(given)];
    expect(Object.values(first)[0]!.data).toHaveLength(4);
    expect(second).toEqual(first);
    await running.close();
  });
});
