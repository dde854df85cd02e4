import {
  quantize,
  type Granularity,
  type ParameterStorage,
  type QuantizedTensor,
  type Slicing,
  type StorageNote,
} from '@lowbit/core';
import { standIns } from '@lowbit/core/adapter';
import { schemeOutline, totalCost } from '@lowbit/core/method';
import { registry } from '@lowbit/methods';
import { expect, test } from 'vitest';
import { describeModel } from '../src/describe/describe-model.js';
import type { WeightSite } from '../src/describe/weight-site.js';
import { onnx, type Optimize } from '../src/index.js';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { storageCost } from '../src/forms/storage-cost.js';
import { DataType } from '../src/schema/proto.js';
import { parseTarget, runtimeOf } from '../src/target/runtime.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildModel } from './helpers/build-model.js';
import { realBytes, type RealModel } from './helpers/real-models.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';

const [rows, columns] = [48, 32];
const kinds: readonly GridKind[] = ['zero-point', 'middle', 'offset', 'symmetric', 'codebook', 'residual'];
const granularities: readonly Granularity[] = ['tensor', 'channel', 'group:32', 'group:36'];

/** A product and rows of a table, both of a weight of this size. */
function smallModel(opset: number, type: DataType) {
  const weight = (name: string) =>
    makeTensor(
      name,
      type,
      [rows, columns],
      Float32Array.from({ length: rows * columns }, (_, i) => i),
    );
  return buildModel(
    {
      nodes: [
        makeNode({ op: 'MatMul', inputs: ['x', 'product'], outputs: ['y'] }),
        makeNode({ op: 'Gather', inputs: ['table', 'ids'], outputs: ['z'] }),
      ],
      initializers: [weight('product'), weight('table')],
      inputs: { x: [2, rows], ids: [3] },
      types: { ids: DataType.INT64, x: type, y: type, z: type },
      outputs: { y: [2, columns], z: [3, columns] },
    },
    { opset, ir: opset > 20 ? 10 : 8 },
  );
}

function slicingOf({ outputAxes, inputAxis = 0 }: WeightSite, granularity: Granularity): Slicing {
  const [, group] = granularity.split(':');
  if (group !== undefined) return { along: inputAxis, group: Number(group) };
  return granularity === 'tensor' ? granularity : { axes: outputAxes };
}

const forms = new Set<string>();
/** Times that a weight was told to stay as it is. */
let sure = 0;

/** Operator sets, types of weights, targets and storage of parameters, each once at least. */
const settings = [
  [9, DataType.FLOAT, 'ort-web@1.24/wasm', 'float32'],
  [13, DataType.FLOAT16, 'ort-web@1.24/wasm', 'float16'],
  [21, DataType.FLOAT, 'ort-web@1.30/wasm', 'float16'],
  [21, DataType.FLOAT16, 'ort-web@1.30/webgpu', 'float32'],
] as const;

test.each(settings)(
  'no weight takes more than it was told to cost: opset %i, type %i, %s, %s',
  (opset, type, target, parameterStorage) => {
    const runtime = runtimeOf(parseTarget(target));
    for (const optimize of ['speed', 'memory'] satisfies Optimize[])
      for (const bits of [2, 3, 4, 8, 12])
        for (const kind of kinds)
          for (const granularity of granularities) {
            if (kind === 'residual' && bits > 8) continue;
            const model = smallModel(opset, type);
            const { sites } = describeModel(model);
            const tensors = new Map<string, QuantizedTensor>();
            const costs = sites.map((site) => {
              const tensor = {
                ...sampleTensor([rows, columns], slicingOf(site, granularity), bits, kind),
                parameterStorage,
              };
              tensors.set(site.id, tensor);
              const entry = {
                bits,
                granularity,
                parameterStorage,
                scheme: schemeOutline(tensor.scheme),
              };
              return storageCost(model, sites, site.id, standIns(site, entry), { optimize, runtime });
            });
            const what = `${optimize}, ${bits} bits, ${kind}, ${granularity}`;
            const notes = rewriteModel(model, sites, tensors, { optimize, runtime });
            notes.forEach(({ form, float, storedBytes, memoryBytes }, i) => {
              forms.add(form);
              if (costs[i]!.float) expect(float, `${what}: ${form}`).toBe(true);
              sure += Number(costs[i]!.float === true);
              expect(costs[i]!.storedBytes, `${what}: ${form}`).toBeGreaterThanOrEqual(storedBytes);
              expect(costs[i]!.memoryBytes, `${what}: ${form}`).toBeGreaterThanOrEqual(memoryBytes);
            });
            const written = notes.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
            expect(totalCost(costs).storedBytes, what).toBeGreaterThanOrEqual(written);
          }
  },
);

test('these were all forms that there are, and weights that gain nothing', () => {
  expect(sure).toBeGreaterThan(10);
  const all = [...forms].join(' ');
  for (const form of [
    'Cast→Mul',
    'Gather→',
    'DequantizeLinear→Add',
    'MatMulNBits',
    'GatherBlockQuantized',
    '→sign→Mul',
    'planar',
  ])
    expect(all).toContain(form);
});

type Written = readonly [RealModel, string, number, Granularity, Optimize, ParameterStorage?];

const written: readonly Written[] = [
  ['detector', 'min-max', 8, 'channel', 'speed'],
  ['detector', 'horq', 3, 'channel', 'speed'],
  ['detector', 'absmax', 4, 'group:32', 'memory'],
  ['recognizer', 'ul2q', 2, 'tensor', 'speed'],
  ['recognizer', 'absmax', 4, 'group:32', 'memory'],
  ['sileroLegacy', 'slq', 4, 'channel', 'speed'],
  ['sileroLegacy', 'min-max', 4, 'group:32', 'memory', 'float16'],
  ['silero', 'min-max', 4, 'group:32', 'speed', 'float16'],
  ['silero', 'min-max', 8, 'channel', 'memory'],
];

for (const [name, weights, bits, granularity, optimize, parameterStorage] of written)
  test(`${name}: the cost of ${weights} at ${bits} bits, ${granularity}, for ${optimize} is at most 1 % above what is written`, async () => {
    const port = onnx(realBytes(name), { optimize });
    const tensors = new Map<string, QuantizedTensor>();
    let notes: readonly StorageNote[] = [];
    const watched: typeof port = {
      ...port,
      write(outcome) {
        const writer = port.write(outcome);
        return {
          add: (id, tensor) => (tensors.set(id, tensor), writer.add(id, tensor)),
          finish: async () => {
            const applied = await writer.finish();
            notes = applied.storage;
            return applied;
          },
        };
      },
    };
    const stored = parameterStorage === undefined ? {} : { parameterStorage };
    const recipe = { registry, weights, bits, granularity, ...stored };
    const { plan } = await quantize(watched, recipe, { measure: false });
    const entries = new Map(plan.weights.map((entry) => [entry.id, entry]));
    const layers = await port.layers();
    const described = new Map(layers.flatMap((layer) => layer.weights.map((weight) => [weight.id, weight])));
    const costs = [];
    for (const { id, storedBytes, memoryBytes } of notes) {
      const [weight, entry, tensor] = [described.get(id)!, entries.get(id)!, tensors.get(id)!];
      if (entry.bits === 'float') continue;
      const scheme = schemeOutline(tensor.scheme);
      const cost = await port.cost!(weight, {
        ...entry,
        parameterStorage: tensor.parameterStorage,
        scheme,
      });
      expect(cost.storedBytes, id).toBeGreaterThanOrEqual(storedBytes);
      expect(cost.memoryBytes, id).toBeGreaterThanOrEqual(memoryBytes);
      costs.push(cost);
    }
    const total = totalCost(costs);
    for (const size of ['storedBytes', 'memoryBytes'] as const) {
      const bytes = notes.reduce((sum, note) => sum + note[size], 0);
      expect(total[size]).toBeGreaterThanOrEqual(bytes);
      expect(total[size]).toBeLessThanOrEqual(1.01 * bytes);
    }
  });
