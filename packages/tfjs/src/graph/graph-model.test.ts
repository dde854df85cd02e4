import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantize, registry, type ModelPort } from '@lowbit/core';
import { resolvePlan } from '@lowbit/core/method';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageGraph } from '../../test/graphs.js';
import { smallSequential } from '../../test/models.js';
import { grid, halves, ranks } from '../../test/quantizers.js';
import { graphModel, planOfGraph, save, saveGraph } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { fileSystem } from '../node/index.js';
import { loadGraph } from './index.js';

async function outputOf(model: GraphModel): Promise<Float32Array> {
  const result = tf.tidy(() => {
    const x = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(i));
    return model.predict(tf.tensor(x, [2, 8, 8, 3])) as tf.Tensor;
  });
  const values = (await result.data<'float32'>()).slice();
  result.dispose();
  return values;
}

/** The outputs of a model that is loaded for this and disposed after it. */
async function outputsOf(loading: Promise<GraphModel>): Promise<Float32Array> {
  const model = await loading;
  const values = await outputOf(model);
  model.dispose();
  return values;
}

async function fileBytes(path: string): Promise<number> {
  const sizes = (await readdir(path)).map(async (name) => (await stat(join(path, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-graph-'));
  await work(folder).finally(() => rm(folder, { recursive: true }));
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => new Error('nothing went wrong'),
    (error: unknown) => error as Error & { code?: string },
  );

const unmodified = (artifacts: tf.io.ModelArtifacts) => loadGraphModel(tf.io.fromMemory(artifacts));

onEveryBackend('a graph model', (test) => {
  test('that is loaded is quantized too, and stays as it is', async () => {
    const live = await unmodified(imageGraph());
    const before = await outputOf(live);
    const { model } = await quantize(graphModel(live), { weights: grid, bits: 3 });
    const { model: same } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 3 });
    expect(await outputsOf(loadGraph(model))).toEqual(await outputsOf(loadGraph(same)));
    expect(await outputOf(live)).toEqual(before);
    live.dispose();
  });

  test('that cannot be built is told, and leaves nothing', async () => {
    const artifacts = imageGraph();
    const { node } = artifacts.modelTopology as { node: { input?: string[] }[] };
    node.at(-1)!.input = ['nowhere', 'nobody'];
    expect(await failure(loadGraph(artifacts))).toMatchObject({ code: 'model-malformed' });
    expect(await failure(loadGraph(null as never))).toMatchObject({ code: 'invalid-argument' });
  });

  for (const quantizer of [grid, ranks, halves])
    test(`${quantizer.name}: packed, saved and loaded it has the numbers that were promised`, async () => {
      const { model } = await quantize(graphModel(imageGraph()), { weights: quantizer, bits: 3 });
      const expected = await outputsOf(loadGraph(model));
      expect(expected).not.toEqual(await outputsOf(unmodified(imageGraph())));
      await inFolder(async (folder) => {
        await saveGraph(model, fileSystem(folder));
        expect(await outputsOf(loadGraph(fileSystem(folder)))).toEqual(expected);
        const error = await failure(loadGraphModel(fileSystem(folder)));
        expect(error.message).toContain('@lowbit/tfjs');
        await saveGraph(model, fileSystem(folder), { format: 'plain', plain: 'float32' });
        expect(await outputsOf(loadGraphModel(fileSystem(folder)))).toEqual(expected);
      });
    });

  test('plain integers load in unmodified TensorFlow.js and cost what the report says', async () => {
    const { model } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 6 });
    const expected = await outputsOf(loadGraph(model));
    await inFolder(async (folder) => {
      const { lowestSqnrDb, bytes, weights } = await saveGraph(model, fileSystem(folder), {
        format: 'plain',
        rest: 'float16',
      });
      const sum = (of: 'bytes' | 'floatBytes') => weights.reduce((total, each) => total + each[of], 0);
      expect(sum('bytes')).toBeLessThan(0.35 * sum('floatBytes'));
      expect(bytes).toBe(await fileBytes(folder));
      // 8 bits over the range of a tensor whose channels have ranges of their own.
      expect(lowestSqnrDb).toBeGreaterThan(30);
      expect(lowestSqnrDb).toBeLessThan(70);
      const received = await outputsOf(loadGraphModel(fileSystem(folder)));
      expected.forEach((value, i) => expect(Math.abs(received[i]! - value)).toBeLessThan(0.02));
    });
  });
});

async function reportOf(port: ModelPort<tf.io.ModelArtifacts>) {
  return (await quantize(port, { weights: grid, bits: 4 })).report;
}

it('reads, loads and saves what nobody quantized', async () => {
  await tf.setBackend('cpu');
  const expected = await outputsOf(unmodified(imageGraph()));
  expect(await outputsOf(loadGraph(imageGraph()))).toEqual(expected);
  await inFolder(async (folder) => {
    const { lowestSqnrDb } = await saveGraph(imageGraph(), fileSystem(folder));
    expect(lowestSqnrDb).toBeNull();
    expect(await outputsOf(loadGraphModel(fileSystem(folder)))).toEqual(expected);
  });
});

it('describes layers in the order of execution, a shared weight once', async () => {
  const layers = await graphModel(imageGraph()).layers();
  expect(layers.map(({ id }) => id)).toEqual([
    'conv',
    'conv/biased',
    'depthwise',
    'pointwise',
    'square',
    'square again',
    'last',
  ]);
  const { weights } = await reportOf(graphModel(imageGraph()));
  expect(weights.map(({ id, slices }) => [id, slices])).toEqual([
    ['conv/kernel', 4],
    ['depthwise/kernel', 8],
    ['pointwise/kernel', 6],
    ['square/kernel', 6],
    ['last/kernel', 5],
  ]);
});

it('expands integers and half precision exactly, as TensorFlow.js does, and says so', async () => {
  await tf.setBackend('cpu');
  const reference = await unmodified(imageGraph());
  const layers = await graphModel(imageGraph()).layers();
  for (const weight of layers.flatMap((layer) => layer.weights)) {
    const [tensor] = reference.weights[weight.id]!;
    expect(await weight.read()).toEqual(tensor!.dataSync());
  }
  reference.dispose();
  const { weights, skipped, modelBytes } = await reportOf(graphModel(imageGraph()));
  expect(skipped[0]).toMatchObject({
    subject: 'stored weights',
    reason: expect.stringContaining(
      'of 9 float weights the file stores 1 as uint8, 2 as float16, 1 as uint16',
    ) as string,
  });
  const reasons = new Map(weights.map(({ id, storageReason }) => [id, storageReason]));
  expect(reasons.get('conv/kernel')).toContain('stored as uint8 and is expanded exactly');
  expect(reasons.get('last/kernel')).not.toContain('expanded');
  // uint8, float16, float16, float32, uint16, four in float32; then two whole numbers.
  const weightBytes = 108 + 8 + 144 + 32 + 96 + 24 + 144 + 120 + 20 + 8;
  expect(modelBytes.before).toBeGreaterThan(weightBytes);
});

it('counts all files, of the model as it is and of the result', async () => {
  const { model, report } = await quantize(graphModel(imageGraph()), { weights: grid, bits: 4 });
  await inFolder(async (folder) => {
    const { bytes } = await saveGraph(model, fileSystem(folder));
    expect([bytes, report.modelBytes.after]).toEqual(Array(2).fill(await fileBytes(folder)));
  });
  await inFolder(async (folder) => {
    await fileSystem(folder).save(imageGraph());
    expect(report.modelBytes.before).toBe(await fileBytes(folder));
  });
});

it('keeps the plan beside other metadata', async () => {
  const { model, plan } = await quantize(graphModel(imageGraph()), { weights: grid });
  expect(planOfGraph(model)).toEqual(plan);
  expect(model.userDefinedMetadata).toMatchObject({ mine: 1, signature: {} });
  expect(planOfGraph(imageGraph())).toBeUndefined();
});

it('refuses what is no graph model, is damaged, or belongs to another plan', async () => {
  const layersModel = smallSequential();
  await inFolder(async (folder) => {
    await save(layersModel, fileSystem(folder));
    const error = await failure(loadGraph(fileSystem(folder)));
    expect(error).toMatchObject({ code: 'model-malformed' });
  });
  disposeWeights(layersModel);
  const graph = imageGraph();
  const isMalformed = async (change: Partial<tf.io.ModelArtifacts>) =>
    expect(await failure(reportOf(graphModel({ ...graph, ...change })))).toMatchObject({
      code: 'model-malformed',
    });
  await isMalformed({ modelTopology: {} });
  await isMalformed({ modelTopology: { node: [{ name: 'x' }] } });
  await isMalformed({ modelTopology: { node: [], library: { function: [{}] } } });
  await isMalformed({ weightSpecs: [{ name: 'x', shape: [-1], dtype: 'float32' }] });
  const short = { ...graph, weightData: (graph.weightData as ArrayBuffer).slice(0, 99) };
  expect(await failure(reportOf(graphModel(short)))).toMatchObject({ code: 'model-truncated' });
  const { model: small } = await quantize(graphModel(graph), { weights: grid });
  expect(await failure(saveGraph(small, 'nowhere://x'))).toMatchObject({ code: 'file-unwritable' });
  expect(await failure(loadGraph('nowhere://x'))).toMatchObject({ code: 'file-missing' });
  const plan = planOfGraph(small)!;
  const tensor = { shape: [1], codes: new Uint8Array(1) } as never;
  const port = graphModel(graph);
  const { resolved } = resolvePlan(plan, await port.layers(), registry([grid]), port.supports);
  const writer = port.write({ ...resolved, activations: new Map(), floatSites: new Map() });
  expect(await failure((async () => writer.add('elsewhere', tensor))())).toMatchObject({
    code: 'plan-mismatch',
  });
});
