import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-web';
import {
  byName,
  byOp,
  cascade,
  ends,
  everywhere,
  foldModel,
  inspectModel,
  lossBudget,
  makePlan,
  minMax,
  quantize,
  readModel,
  registry,
  sessionOptions,
  stagewise,
  storedPlan,
  tfjs,
  writeModel,
  type Batch,
  type Recipe,
} from '../doors.js';
import { outcomeOf, type Group } from '../item.js';
import { opsets } from '../models/onnx-build.js';
import { noise } from '../models/made-model.js';
import { convolutional, transformer, wide } from '../models/onnx-layers.js';
import { nested } from '../models/onnx-structures.js';
import { oneOfEachKind } from '../recipes.js';
import { madeStatistics } from './onnx-activations.js';
import { portOf } from './onnx-item.js';
import { layerModels, structures } from './onnx-weights.js';
import { layersModels } from './tfjs-models.js';

/** Ways to decide, by name. */
const policies: Readonly<Record<string, Recipe>> = {
  default: {},
  everywhere: { bits: everywhere(5) },
  ends: { bits: cascade(everywhere(4), ends(8)) },
  'ends float': { bits: cascade(everywhere(4), ends('float')) },
  'by name': { bits: byName({ '*': 6, '*last*': 'float' }) },
  'by operator': { bits: cascade(everywhere(8), byOp({ MatMul: 4 })) },
  'by method': { bits: byName({ '*last*': 8 }, { weights: minMax(), granularity: 'tensor' }) },
  'loss budget': {
    bits: lossBudget({ bitsPerWeight: 4, weights: [{ id: 'last.w', count: 640, deviation: 0.3 }] }),
  },
  stagewise: { bits: stagewise({ widths: [8, 4, 2] }) },
  progressive: { bits: 'progressive:from=8,to=2' },
  'progressive budget': { bits: 'progressive:budget=4,snap=true' },
  rules: {
    bits: 4,
    rules: [
      { match: { name: '*last*' }, bits: 8, weights: 'ul2q' },
      { match: { op: 'Conv' }, granularity: 'tensor' },
    ],
  },
  'some of them': { include: ['*.w'], exclude: ['*last*'], bits: 6, seed: 7 },
  activations: { activations: 'dynamic', activationBits: 8 },
  'activations as weights': { bits: 4, weights: 'ul2q', activations: 'ul2q', activationBits: 'weights' },
};

/** Plans, as they are and in their stored form: policies × ports. */
export const plans: Group = {
  name: 'plans',
  async *items() {
    await tf.setBackend('cpu');
    const ports = [
      ...Object.entries({ ...layerModels, ...structures }).map(
        ([name, make]) => [name, portOf(make(17))] as const,
      ),
      ...['operators', 'qdq'].map(
        (integers) => [integers, portOf(wide(17), { integers: integers as 'qdq' })] as const,
      ),
      ['memory', portOf(transformer(17), { optimize: 'memory' })] as const,
      ...Object.entries(layersModels).map(([name, { make }]) => [name, tfjs(make())] as const),
    ];
    for (const [name, port] of ports)
      for (const [title, recipe] of Object.entries(policies)) {
        const content = await outcomeOf(async () => {
          const { plan } = await makePlan<unknown>(port, { registry, ...recipe });
          return { plan, stored: storedPlan(plan) };
        });
        yield { name: `${name} ${title}`, content };
      }
  },
};

/** Reports with errors and histograms, of both adapters; what models hold; folded models. */
export const reports: Group = {
  name: 'reports',
  async *items() {
    for (const [name, make] of Object.entries({ ...layerModels, ...structures })) {
      const model = make(17);
      for (const [title, recipe] of oneOfEachKind)
        yield { name: `${name} ${title}`, content: await reportsOf(() => portOf(model), recipe) };
      const activations = { registry, activations: 'min-max', calibration: await madeStatistics(model) };
      yield { name: `${name} activations`, content: await reportsOf(() => portOf(model), activations) };
      yield { name: `${name} inspected`, content: inspectModel(readModel(model.bytes)) };
      for (const opset of opsets)
        yield { name: `${name} ${opset} folded`, content: folded(make(opset).bytes) };
    }
    for (const [name, { make }] of Object.entries(layersModels)) {
      const model = make();
      for (const [title, recipe] of oneOfEachKind)
        yield { name: `${name} ${title}`, content: await reportsOf(() => tfjs(model), recipe) };
      model.dispose();
    }
  },
};

async function reportsOf(port: () => Parameters<typeof quantize>[0], recipe: Recipe): Promise<unknown> {
  return outcomeOf(async () => {
    const { report } = await quantize<unknown>(port(), recipe);
    const unmeasured = (await quantize<unknown>(port(), recipe, { measure: false })).report;
    return { report, unmeasured, session: sessionOptions(report) };
  });
}

function folded(bytes: Uint8Array): object {
  const model = readModel(bytes);
  return { report: foldModel(model), bytes: writeModel(model) };
}

/** What is measured by running models: statistics, whole and of ranges alone, and features for policies. */
export const statistics: Group = {
  name: 'statistics',
  async *items() {
    await tf.setBackend('cpu');
    ort.env.wasm.numThreads = 1;
    for (const make of [wide, convolutional, transformer, nested]) {
      const [name, model] = [make.name, make(17)];
      for (const options of [{}, { integers: 'operators' }, { integers: 'qdq' }] as const) {
        const port = portOf(model, { ...options, ort });
        const form = options.integers ?? 'floats';
        for (const kind of ['all', 'ranges'] as const)
          yield {
            name: `${name} ${form} ${kind}`,
            content: await outcomeOf(() => port.observe!([{ inputs: model.inputs }], { statistics: kind })),
          };
      }
    }
    for (const [name, { make, batches }] of Object.entries(layersModels)) {
      const model = make();
      for (const kind of ['all', 'ranges'] as const)
        yield { name: `${name} ${kind}`, content: await tfjs(model).observe(batches, { statistics: kind }) };
      model.dispose();
    }
    yield { name: 'features of image', content: await imageFeatures() };
    yield { name: 'progressive by features', content: await measuredPlan() };
  },
};

const labelled: Batch = { inputs: { x: noise([6, 8, 8, 3], 9) }, labels: [0, 1, 2, 0, 1, 2] };

async function imageFeatures(): Promise<object> {
  return tfjs(layersModels['image']!.make()).features([labelled]);
}

async function measuredPlan(): Promise<object> {
  const port = tfjs(layersModels['image']!.make());
  const features = await port.features([labelled]);
  const made = ['trace-ratio', 'fisher', 'linear-probe'].map((measure) =>
    makePlan(port, { registry, bits: `progressive:measure=${measure}`, features }),
  );
  return (await Promise.all(made)).map(({ plan }) => plan);
}
