import { applyPlan, quantize, seededRandom, type QuantizedEntry, type Report } from '@lowbit/core';
import { dynamic, minMax, registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const size = 64;
const random = seededRandom(3);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random() ** 2);
const matrix = (name: string) => makeTensor(name, DataType.FLOAT, [size, size], numbers(size * size));

/** y = x · w + mask · v, and with `resized` the mask made as large as it is, by an operator that opset 11 changed. */
function masked(opset: number, { resized = false } = {}) {
  const resize = makeNode({ op: 'Resize', inputs: ['mask', 'scales'], outputs: ['kept'] });
  return buildBytes(
    {
      nodes: [
        ...(resized ? [resize] : []),
        makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] }),
        makeNode({ op: 'MatMul', inputs: [resized ? 'kept' : 'mask', 'v'], outputs: ['b'] }),
        makeNode({ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }),
      ],
      initializers: [
        matrix('w'),
        matrix('v'),
        ...(resized ? [makeTensor('scales', DataType.FLOAT, [2], [0.5, 2])] : []),
      ],
      inputs: { x: ['n', size], mask: ['n', size] },
      outputs: { y: ['n', size] },
    },
    { opset },
  );
}

const weightOf = ({ weights }: Report, id: string) => weights.find((row) => row.id === id)!;

test.each([7, 9, 10, 13])('ranges that are measured on each run are written at opset %i', async (opset) => {
  for (const integers of ['operators', 'qdq'] as const) {
    const { report } = await quantize(onnx(masked(opset), { integers }), {
      weights: minMax(),
      activations: dynamic(),
    });
    expect(report.weights.map(({ form }) => form)).toEqual(['MatMulInteger', 'MatMulInteger']);
    expect(weightOf(report, 'w').wanted).toContain('for MatMulInteger');
  }
});

test('weights keep their own grid where the operator set cannot be raised', async () => {
  const bytes = masked(10, { resized: true });
  const { report } = await quantize(onnx(bytes, { integers: 'operators' }), {
    weights: minMax(),
    activations: dynamic(),
  });
  const { report: alone } = await quantize(onnx(bytes, { integers: 'operators' }), { weights: minMax() });
  for (const id of ['w', 'v']) {
    expect(weightOf(report, id)).not.toHaveProperty('wanted');
    expect(weightOf(report, id).error).toEqual(weightOf(alone, id).error);
    expect(weightOf(report, id).storageReason).toContain('has no DynamicQuantizeLinear');
  }
});

test.each(['operators', 'qdq'] as const)(
  'a weight whose input stays float gets its own grid back: %s',
  async (integers) => {
    for (const optimize of ['speed', 'memory'] as const) {
      const port = onnx(masked(13), { ort, integers, optimize });
      const shape = [16, size];
      const inputs = {
        x: { shape, data: numbers(16 * size) },
        mask: { shape, data: new Float32Array(16 * size).fill(1) },
      };
      const calibration = await port.observe!([{ inputs }]);
      const recipe = { weights: minMax(), granularity: 'channel' } as const;
      const { report, plan } = await quantize(port, { ...recipe, activations: minMax(), calibration });
      const { report: alone } = await quantize(port, recipe);
      expect(weightOf(report, 'w').wanted).toContain('zeroPoint=symmetric');
      expect(weightOf(report, 'v')).not.toHaveProperty('wanted');
      expect(weightOf(report, 'v').error).toEqual(weightOf(alone, 'v').error);
      const entry = plan.weights.find(({ id }) => id === 'v') as QuantizedEntry;
      expect(entry.reason).toContain('its input stays float');
      expect(entry.quantizer.options['zeroPoint']).toBe('auto');
      expect(entry).not.toHaveProperty('instead');
      const again = await applyPlan(port, plan, registry, { calibration });
      expect(again.plan).toEqual(plan);
    }
  },
);

test('what a plan tells of a packed form is left out where an edited entry is not written in it', async () => {
  const port = onnx(masked(17), { optimize: 'memory' });
  const recipe = { bits: 4, granularity: 'group:32' } as const;
  const { plan, report } = await quantize(port, { ...recipe, weights: minMax() });
  expect(report.weights.map(({ wanted }) => wanted)).toEqual([
    'zeroPoint=integer for MatMulNBits',
    'zeroPoint=integer for MatMulNBits',
  ]);
  const edited = {
    ...plan,
    weights: plan.weights.map((entry) => ({ ...(entry as QuantizedEntry), bits: 3 })),
  };
  const { report: other } = await applyPlan(port, edited, registry);
  for (const row of other.weights) {
    expect(row.form).not.toContain('MatMulNBits');
    expect(row).not.toHaveProperty('wanted');
  }
});

test('advice is left out where an edited entry has followed it', async () => {
  const port = onnx(masked(17), { optimize: 'memory' });
  const recipe = { bits: 4, granularity: 'group:32' } as const;
  const { plan, report } = await quantize(port, { ...recipe, weights: minMax({ zeroPoint: 'real' }) });
  expect(weightOf(report, 'w').wanted).toBe('as chosen; MatMulNBits would take it with zeroPoint=integer');
  const follow = (entry: QuantizedEntry) => ({
    ...entry,
    quantizer: { ...entry.quantizer, options: { ...entry.quantizer.options, zeroPoint: 'integer' } },
  });
  const edited = { ...plan, weights: plan.weights.map((entry) => follow(entry as QuantizedEntry)) };
  const { report: other } = await applyPlan(port, edited, registry);
  expect(weightOf(other, 'w').form).toBe('MatMulNBits');
  expect(weightOf(other, 'w')).not.toHaveProperty('wanted');
});
