import {
  cascade,
  everywhere,
  integerWeights,
  mse,
  parseTarget,
  registry,
  statisticsCollector,
  type Calibration,
  type OnnxOptions,
  type Recipe,
} from '../doors.js';
import type { Group, Item } from '../item.js';
import { opsets, type Opset } from '../models/onnx-build.js';
import { convolutional, transformer, wide } from '../models/onnx-layers.js';
import { chained, nested } from '../models/onnx-structures.js';
import type { MadeModel } from '../models/made-model.js';
import { bells } from '../random.js';
import { filesItem, portOf } from './onnx-item.js';
import { layerModels, structures } from './onnx-weights.js';

/** Quantizers of activations with their bits, by the form that computes with them. */
const methods: Readonly<Record<'operators' | 'qdq' | 'floats', readonly (readonly [string, number])[]>> = {
  operators: [
    ['dynamic', 8],
    ['min-max', 8],
    ['percentile:percent=99', 8],
  ],
  qdq: [
    ['dynamic', 8],
    ['min-max', 8],
    ['mse', 8],
    ['moving-average', 8],
  ],
  floats: [
    ['dynamic', 8],
    ['min-max', 4],
    ['percentile:percent=99', 6],
    ['ul2q', 4],
    ['hwgq', 2],
    ['hwgq:levels=non-uniform', 3],
    ['dorefa', 2],
    ['bnn', 1],
    ['horq', 2],
    ['horq:scope=sample', 2],
    ['xnor', 1],
  ],
};

/** Both integer forms, and any method in floats × operator set; on the newest WebGPU too, where means are summed otherwise. */
export const onnxActivations: Group = {
  name: 'ONNX: activations',
  async *items() {
    for (const opset of opsets)
      for (const make of [wide, convolutional, transformer]) yield* activationItems(make, opset);
    for (const opset of [11, 21] as const)
      for (const make of [nested, chained]) yield* activationItems(make, opset);
  },
};

async function* activationItems(make: (opset: Opset) => MadeModel, opset: Opset): AsyncIterable<Item> {
  const model = make(opset);
  for (const [form, quantizers] of Object.entries(methods)) {
    const isFloat = form === 'floats';
    const options = isFloat ? {} : { integers: form as 'operators' | 'qdq' };
    const calibration = await madeStatistics(model, options);
    const bits = isFloat ? 8 : cascade(everywhere(8), integerWeights(mse({ grid: 'symmetric' })));
    for (const [activations, activationBits] of quantizers) {
      const recipe = { registry, activations, activationBits, bits, calibration };
      const name = `${make.name} ${opset} ${form} ${activations} ${activationBits}`;
      const onGpu = { ...options, target: parseTarget('ort-web@1.30/webgpu') };
      const others = isFloat ? [onGpu] : [onGpu, { ...options, optimize: 'memory' as const }];
      yield filesItem(name, model, recipe, [options, ...others]);
    }
  }
}

/** Integer layers whose weights have other methods and widths. */
export const onnxIntegerWeights: Group = {
  name: 'ONNX: weights of integer layers',
  async *items() {
    const recipes: Readonly<Record<string, Recipe>> = {
      'min-max 8': { weights: 'min-max', bits: 8 },
      'absmax 8': { weights: 'absmax', bits: 8 },
      'min-max 8 tensor': { weights: 'min-max', bits: 8, granularity: 'tensor' },
      'min-max 4': { weights: 'min-max', bits: 4 },
      'slq 3': { weights: 'slq', bits: 3 },
      'ul2q 8': { weights: 'ul2q', bits: 8 },
    };
    for (const [name, make] of Object.entries({ wide, ...layerModels, ...structures }))
      for (const opset of [11, 21] as const)
        for (const integers of ['operators', 'qdq'] as const) {
          const model = make(opset);
          const calibration = await madeStatistics(model, { integers });
          for (const [title, recipe] of Object.entries(recipes)) {
            const whole = { ...recipe, registry, activations: 'min-max', calibration };
            yield filesItem(`${name} ${opset} ${integers} ${title}`, model, whole, [{ integers }]);
          }
        }
  },
};

/** Statistics of made-up values for every site, so that nothing here depends on a runtime. */
export async function madeStatistics(model: MadeModel, options: OnnxOptions = {}): Promise<Calibration> {
  const layers = await portOf(model, options).layers();
  const ids = [...new Set(layers.flatMap(({ sites }) => sites.map(({ id }) => id)))];
  const sites = ids.map((id, at) => {
    const collector = statisticsCollector({ sampleSize: 256, seed: at });
    for (const batch of [0, 1]) {
      const values = bells(400, 1 + at / 8, 100 * at + batch);
      // Every other site lies behind a rectifier.
      collector.add(at % 2 === 0 ? values : values.map((each) => Math.max(0, each)));
    }
    return [id, collector.finish()] as const;
  });
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: 'onnx',
    batches: 2,
    sites: Object.fromEntries(sites),
  };
}
