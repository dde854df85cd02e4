import { readFile } from 'node:fs/promises';

import { quantize, registry } from '@lowbit/core';
import { blobFile, bytesBlob, zipArchive } from '@lowbit/data/archive';
import { readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { acceptedOptions, rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as graphEntry from '../src/graph/index.js';
import * as tfjsPackage from '../src/index.js';
import * as loadEntry from '../src/load/index.js';
import * as nodeEntry from '../src/node/index.js';
import * as wasmEntry from '../src/wasm-training/index.js';
import { graphBuilder } from './graphs.js';
import { memoryFile } from './memory-file.js';
import { smallSequential } from './models.js';
import { grid } from './quantizers.js';

const { compile, graphModel, load, runnableLayers, save, saveGraph, tfjs } = tfjsPackage;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function product() {
  const graph = graphBuilder();
  const x = graph.input('x', [1, 4]);
  return graph.artifacts(graph.node('MatMul', 'y', [x, graph.weight('w', [4, 4])]));
}

/** A model of Keras, of the files that its own scripts wrote. */
async function kerasModel() {
  const bytes = await readFile(new URL('../../keras/fixtures/keras3.zip', import.meta.url));
  const archive = await zipArchive(blobFile(bytesBlob(bytes, 'keras3.zip'), 0));
  const entry = archive.entries.find(({ name }) => name === 'dense/model.keras')!;
  const source = await archive.open(entry);
  return readKeras(await source.read(entry.bytes));
}

async function callsOf(): Promise<Readonly<Record<string, RightCall>>> {
  const model = smallSequential();
  const port = tfjs(model);
  const live = await graphEntry.loadGraph(tf.io.fromMemory(product()));
  const liveGraph = graphModel(live);
  const { model: graph } = await quantize(graphModel(product()), { weights: grid });
  const file = memoryFile();
  await save(model, file);
  const keras = await kerasModel();
  const batches = () => [{ inputs: { x: { shape: [1, 6, 2], data: new Float32Array(12) } }, labels: [1] }];
  const graphBatches = () => [{ inputs: { x: { shape: [1, 4], data: new Float32Array(4) } } }];
  const [site] = (await port.layers()).flatMap(({ sites }) => sites);
  const optionsOfRun = (
    run: NonNullable<typeof port.run>,
    given: typeof batches,
    id: string,
    size: number,
  ) => ({
    right: () => [new AbortController().signal, () => undefined, new Map([[id, new Float32Array(size)]]), []],
    call: (...[signal, onProgress, replace, want]: never[]) =>
      run(given(), defined({ signal, onProgress, replace, want }) as never),
  });
  return {
    tfjs: { right: () => [model, {}] },
    'options of tfjs': {
      right: () => ['plain', 'uint8', true],
      call: (...[format, plain, foldBatchNorm]: never[]) =>
        tfjs(model, defined({ format, plain, foldBatchNorm })).layers(),
    },
    observe: { right: () => [batches(), {}], call: port.observe as never },
    'options of observe': {
      right: () => [undefined, () => undefined, [site!.id], 'ranges', 16, 1],
      call: (...[signal, onProgress, sites, statistics, sampleSize, seed]: never[]) => {
        const options = { signal, onProgress, sites, statistics, sampleSize, seed };
        return port.observe(batches(), defined(options));
      },
    },
    features: { right: () => [batches(), {}], call: port.features as never },
    run: { right: () => [batches(), {}], call: port.run as never },
    'options of run': optionsOfRun(port.run, batches, 'last/kernel', 60),
    'run of a graph': { right: () => [graphBatches(), {}], call: liveGraph.run as never },
    'options of run of a graph': optionsOfRun(liveGraph.run!, graphBatches as never, 'w', 16),
    graphModel: {
      right: () => [product(), {}],
      call: (source: never, options: never) => graphModel(source, options).layers(),
    },
    'observe of a graph': { right: () => [graphBatches(), {}], call: liveGraph.observe as never },
    interfaceOf: { right: () => [model] },
    runnableLayers: { right: () => [model, 'small'] },
    'run of runnableLayers': {
      right: () => [batches()[0]!.inputs],
      call: runnableLayers(model).run as never,
    },
    runnableGraph: { right: () => [live, 'graph'] },
    'run of runnableGraph': {
      right: () => [graphBatches()[0]!.inputs],
      call: graphEntry.runnableGraph(live).run as never,
    },
    toLayersModel: { right: () => [keras] },
    kerasModel: { right: () => [model, {}] },
    runner: { right: () => [keras] },
    registerLayers: { right: () => [] },
    registerWasmTraining: { right: () => [] },
    planOf: { right: () => [model] },
    planOfGraph: { right: () => [graph] },
    save: { right: () => [model, memoryFile(), {}] },
    'options of save': {
      right: () => ['plain', 'uint8', 'float16'],
      call: (...[format, plain, rest]: never[]) =>
        save(model, memoryFile(), defined({ format, plain, rest })),
    },
    saveGraph: { right: () => [graph, memoryFile(), {}] },
    load: { right: () => [file, {}] },
    'options of load': {
      right: () => [() => undefined, 'packed', registry([grid])],
      call: (...[onProgress, weights, plugins]: never[]) =>
        load(file, defined({ onProgress, weights, registry: plugins })),
    },
    'compile of load': {
      right: () => [{ variant: 'scalar' }],
      call: (given: never) => load(file, defined({ compile: given }) as never),
    },
    loadGraph: { right: () => [product(), {}] },
    compile: { right: () => [model, {}] },
    'options of compile': {
      right: () => ['dynamic', 'scalar'],
      call: (...[activations, variant]: never[]) => compile(model, defined({ activations, variant })),
    },
    registerQuantizedInput: { right: () => [[grid]] },
    fakeQuantize: { right: () => [grid, { role: 'weight', bits: 4, options: {}, parameters: {} }] },
    fileSystem: { right: () => ['folder', () => undefined] },
    registerFileSystem: { right: () => [] },
  };
}

it('wrong arguments of every public function are told as typed errors', async () => {
  const entries = { ...loadEntry, ...graphEntry, ...nodeEntry, ...wasmEntry, ...tfjsPackage };
  expect(await rawFailures(entries, await callsOf())).toEqual([]);
});

it('options that are no plain object are told', async () => {
  const model = smallSequential();
  const port = tfjs(model);
  const called = {
    tfjs: (options: never) => tfjs(model, options),
    graphModel: (options: never) => graphModel(product(), options),
    save: (options: never) => save(model, memoryFile(), options),
    saveGraph: (options: never) => saveGraph(product(), memoryFile(), options),
    load: (options: never) => load(memoryFile(), options),
    'load of the loader': (options: never) => loadEntry.load(memoryFile(), options),
    compile: (options: never) => compile(model, options),
    loadGraph: (options: never) => graphEntry.loadGraph(product(), options),
    observe: (options: never) => port.observe([], options),
    features: (options: never) => port.features([], options),
    run: (options: never) => port.run([], options),
  };
  expect(await acceptedOptions(called)).toEqual([]);
});

it.each(['model', 'graph'] as const)('a handler of a %s whose functions are none is told', async (kind) => {
  const model = smallSequential();
  for (const given of [{ save: 1, load: 1 }, { save: null, load: null }, model, {}]) {
    const handler = given as never;
    const [saving, loading] =
      kind === 'model'
        ? [save(model, handler), load(handler)]
        : [saveGraph(product(), handler), graphModel(handler).layers()];
    await expect(saving).rejects.toMatchObject({ name: 'LowbitError' });
    await expect(loading).rejects.toMatchObject({ name: 'LowbitError' });
  }
});
