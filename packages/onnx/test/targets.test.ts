import { decode, quantize, type QuantizedTensor } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { onnx, parseTarget, sessionOptions } from '../src/index.js';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { DataType } from '../src/schema/proto.js';
import { runtimeOf } from '../src/target/runtime.js';
import type { Optimize } from '../src/target/target.js';
import { makeNode } from '../src/graph/make-node.js';
import { writeModel } from '../src/model/write-model.js';
import { buildBytes, counting } from './helpers/build-model.js';
import { caught } from './helpers/caught.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { runModel } from './helpers/run-model.js';
import { sampleTensor } from './helpers/sample-tensor.js';
import { weightsModel } from './helpers/weights-model.js';

const tensors = new Map<string, QuantizedTensor>();
for (const bits of [2, 3, 4, 8, 16]) {
  tensors.set(`middle_${bits}`, sampleTensor([64, 96], { axes: [0] }, bits, 'middle'));
  tensors.set(`axis_${bits}`, sampleTensor([64, 96], { axes: [0] }, bits, 'zero-point'));
  tensors.set(`block_${bits}`, sampleTensor([64, 96], { along: 1, group: 32 }, bits, 'zero-point'));
}

const targets = [
  '1.20/wasm',
  '1.22/wasm',
  '1.24/wasm',
  '1.30/wasm',
  '1.24/webgpu',
  '1.26/webgpu',
  '1.30/webgpu',
];
const versions = [
  { opset: 9, ir: 4 },
  { opset: 13, ir: 8 },
  { opset: 21, ir: 10 },
  { opset: 25, ir: 13 },
];

const rewrite = (target: string, optimize: Optimize, version: (typeof versions)[number]) => {
  const { model, sites } = weightsModel(tensors, { ...version, kind: 'initializer' });
  const notes = rewriteModel(model, sites, tensors, {
    optimize,
    runtime: runtimeOf(parseTarget(`ort-web@${target}`)),
  });
  return { model, forms: new Map(notes.map((note) => [note.id, note])) };
};

/** Everything chosen for an older or another target also runs in the runtime at hand. */
describe.each(targets)('forms for %s', (target) => {
  test.each(versions)('opset $opset, IR $ir', async (version) => {
    for (const optimize of ['speed', 'memory'] as const) {
      const { model, forms } = rewrite(target, optimize, version);
      const outputs = await runModel(writeModel(model));
      for (const [id, { form }] of forms) {
        expect(form).not.toBe('float');
        const expected = decode(tensors.get(id)!);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const error = expected.reduce(
          (most, v, i) => Math.max(most, Math.abs(v - outputs.get(`y_${id}`)![i]!)),
          0,
        );
        expect(error / largest).toBeLessThanOrEqual(2 ** -22);
      }
      const types = new Set(model.proto.graph!.initializer.map(({ dataType }) => dataType));
      const casts = model.proto.graph!.node.filter(({ opType }) => opType === 'Cast');
      const cast = (type: DataType) =>
        casts.some(({ input }) =>
          model.proto.graph!.initializer.some(({ name, dataType }) => name === input[0] && dataType === type),
        );
      const [runtime, provider] = target.split('/') as [string, string];
      if (runtime < '1.24') {
        expect(types).not.toContain(DataType.UINT2);
        expect(cast(DataType.UINT4)).toBe(false);
      }
      if (provider === 'webgpu' && runtime > '1.24')
        expect(cast(DataType.UINT4) || cast(DataType.UINT2)).toBe(false);
      if (provider === 'webgpu' && version.opset > 23)
        expect(model.proto.graph!.node.map(({ opType }) => opType)).not.toContain('DequantizeLinear');
    }
  });
});

test.each([
  ['1.30/wasm', 13, 'axis_4', 'DequantizeLinear', 0.5],
  ['1.30/webgpu', 13, 'axis_4', 'DequantizeLinear', 1],
  ['1.26/webgpu', 21, 'axis_4', 'DequantizeLinear', 0.5],
  ['1.24/webgpu', 21, 'axis_4', 'DequantizeLinear', 1],
  ['1.24/webgpu', 21, 'block_8', 'Cast→Sub→Mul', 4],
  ['1.30/webgpu', 25, 'axis_8', 'Cast→Sub→Mul', 4],
  ['1.30/webgpu', 9, 'axis_8', 'Cast→Sub→Mul', 4],
  ['1.30/webgpu', 21, 'axis_16', 'planar 8+8-bit→Sub→Mul', 4],
] as const)('%s at opset %d keeps %s as %s', (target, opset, id, form, bytes) => {
  const version = versions.find((one) => one.opset === opset)!;
  const note = rewrite(target, 'memory', version).forms.get(id)!;
  expect(note.form).toBe(form);
  expect(note.memoryBytes / (64 * 96)).toBeCloseTo(bytes, 0);
  if (form !== 'DequantizeLinear') expect(note.reason).toContain('from packed codes on WebGPU');
});

describe('the port', () => {
  const bytes = (versions = {}) =>
    buildBytes(
      {
        nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
        initializers: [counting('w', [64, 64])],
        inputs: { x: [1, 64] },
        outputs: { y: [1, 64] },
      },
      versions,
    );
  const formFor = async (target: string, bits: number, optimize: Optimize = 'memory') => {
    const port = onnx(bytes(), { optimize, target: parseTarget(`ort-web@${target}`) });
    const { report } = await quantize(port, { weights: plainMinMax, bits, granularity: 'group:32' });
    return report;
  };

  test.each([
    ['1.20/wasm', 8, 'Cast→Mul'],
    ['1.24/wasm', 8, 'MatMulNBits'],
    ['1.20/wasm', 4, 'MatMulNBits'],
    ['1.24/wasm', 2, 'MatMulNBits'],
    ['1.24/webgpu', 2, 'planar 2-bit→Mul'],
    ['1.26/webgpu', 2, 'MatMulNBits'],
  ])('chooses for %s and %d bits %s', async (target, bits, form) => {
    expect((await formFor(target, bits)).weights[0]!.form).toBe(form);
  });

  test('refuses targets that it does not know, and versions that they do not load', async () => {
    const target = { runtime: 'ort-web', version: '1.19', provider: 'wasm' } as const;
    expect(caught(() => onnx(bytes(), { target })).code).toBe('unsupported-option');
    const old = onnx(bytes({ opset: 25, ir: 13 }), { target: parseTarget('ort-web@1.22/wasm') });
    await expect(quantize(old, { weights: plainMinMax })).rejects.toMatchObject({ code: 'model-opset' });
  });

  test('says how sessions are opened', async () => {
    const speed = await formFor('1.30/wasm', 4, 'speed');
    const packed = await formFor('1.30/wasm', 4);
    expect(sessionOptions(speed)).toEqual({ graphOptimizationLevel: 'all' });
    expect(sessionOptions(packed)).toEqual({});
    const target = parseTarget('ort-web@1.30/webgpu');
    expect(sessionOptions(packed, { target })).toEqual({ executionProviders: ['webgpu'] });
    const decoded = {
      ...packed,
      weights: packed.weights.map((row) => ({ ...row, form: 'DequantizeLinear→Add' })),
    };
    const unpacked = sessionOptions(decoded, { unpack: true });
    expect(unpacked.extra).toEqual({ session: { disable_quant_qdq: '1' } });
    expect(sessionOptions(decoded, { unpack: true }).extra).not.toBe(unpacked.extra);
    expect(sessionOptions(decoded)).toEqual({});
    const [first] = decoded.weights;
    const fused = { ...decoded, weights: [...decoded.weights, { ...first!, form: 'QLinearConv' }] };
    expect(sessionOptions(fused, { unpack: true })).toEqual({ graphOptimizationLevel: 'all' });
  });
});
