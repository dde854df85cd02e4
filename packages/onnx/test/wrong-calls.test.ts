import { quantize } from '@lowbit/core';
import { plainMinMax } from './helpers/plain-min-max.js';
import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { acceptedOptions, rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as onnxPackage from '../src/index.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const { onnx, openRunnable, readModel } = onnxPackage;

const bytes = () =>
  buildBytes({
    nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
    initializers: [makeTensor('w', DataType.FLOAT, [2, 2], [1, 2, 3, 4])],
    inputs: { x: [1, 2] },
    outputs: { y: [1, 2] },
  });
const port = onnx(bytes(), { ort: ort as never as OrtRuntime });
const runnable = await openRunnable(readModel(bytes()), bytes(), ort as never);
const { report } = await quantize(onnx(bytes()), { weights: plainMinMax });
const batches = () => [{ inputs: { x: { shape: [1, 2], data: Float32Array.of(1, 2) } }, labels: [1] }];
const target = { runtime: 'ort-web', version: '1.30', provider: 'wasm' } as const;
const [site] = (await port.layers()).flatMap(({ sites }) => sites);

const calls: Readonly<Record<string, RightCall>> = {
  onnx: { right: () => [bytes(), {}] },
  'options of onnx': {
    right: () => ['m.onnx', 'speed', target, 'qdq', ort, () => new Uint8Array(0), false, 'm.data', true],
    call: (...[name, optimize, target, integers, ort, ...others]: never[]) => {
      const [externalData, external, externalPath, freezeInputs] = others;
      const form = { optimize, target, integers, ort, freezeInputs };
      const options = { name, externalData, external, externalPath, ...form };
      return onnx(bytes(), options as never).layers();
    },
  },
  openRunnable: { right: () => [readModel(bytes()), bytes(), ort, {}] },
  'options of openRunnable': {
    right: () => [[{ path: 'm.data', data: new Uint8Array(4) }], 'Give others.'],
    call: (...[externalData, remedy]: never[]) =>
      openRunnable(readModel(bytes()), bytes(), ort as never, defined({ externalData, remedy })),
  },
  'run of openRunnable': { right: () => [batches()[0]!.inputs], call: runnable.run as never },
  interfaceOf: { right: () => [readModel(bytes())] },
  inspectModel: { right: () => [readModel(bytes())] },
  foldModel: { right: () => [readModel(bytes())] },
  readModel: { right: () => [bytes(), 'm.onnx'] },
  asForeign: { right: () => [new Error('none')] },
  refuseForeign: { right: () => [bytes(), 'm.onnx'] },
  writeModel: { right: () => [readModel(bytes())] },
  integerWeights: { right: () => [plainMinMax] },
  parseTarget: { right: () => ['ort-web@1.30/wasm'] },
  sessionOptions: { right: () => [report, { target, unpack: true }] },
  observe: { right: () => [batches(), {}], call: port.observe! as never },
  observeInputs: { right: () => [batches(), { weights: ['w'] }], call: port.observeInputs! as never },
  'options of observe': {
    right: () => [undefined, () => undefined, [site!.id], 'ranges', 16, 1],
    call: (...[signal, onProgress, sites, statistics, sampleSize, seed]: never[]) => {
      const options = { signal, onProgress, sites, statistics, sampleSize, seed };
      return port.observe!(batches(), defined(options) as never);
    },
  },
  features: { right: () => [batches(), {}], call: port.features! as never },
  run: { right: () => [batches(), {}], call: port.run! as never },
  'options of run': {
    right: () => [new AbortController().signal, new Map([['w', new Float32Array(4)]]), ['x']],
    call: (...[signal, replace, want]: never[]) =>
      port.run!(batches(), defined({ signal, replace, want }) as never),
  },
};

const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(onnxPackage, calls)).toEqual([]);
});

it('options that are no plain object are told', async () => {
  const called = {
    onnx: (options: never) => onnx(bytes(), options),
    observe: (options: never) => port.observe!(batches(), options),
    features: (options: never) => port.features!(batches(), options),
    run: (options: never) => port.run!(batches(), options),
    openRunnable: (options: never) => openRunnable(readModel(bytes()), bytes(), ort as never, options),
    sessionOptions: (wishes: never) => onnxPackage.sessionOptions(wishes),
  };
  expect(await acceptedOptions(called)).toEqual([]);
});
