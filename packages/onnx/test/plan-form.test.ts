import {
  applyPlan,
  parsePlan,
  quantize,
  seededRandom,
  type Batch,
  type QuantizationPlan,
  type Quantizer,
} from '@lowbit/core';
import { absmax, horq, minMax, mse, registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, parseTarget, readModel, type OnnxOptions } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';

ort.env.wasm.numThreads = 1;
const random = seededRandom(5);
const channels = 64;
const noise = (length: number) => Float32Array.from({ length }, () => 0.1 * (random() - 0.5));
const weight = (name: string, dims: readonly number[]) =>
  makeTensor(name, DataType.FLOAT, dims, noise(dims.reduce((product, size) => product * size, 1)));
const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/** Two convolutions and a depthwise one, which integers would make slower. */
const bytes = buildBytes({
  nodes: [
    makeNode({ op: 'Conv', inputs: ['x', 'w0'], outputs: ['c0'], attributes: pads }),
    makeNode({ op: 'Relu', inputs: ['c0'], outputs: ['r0'] }),
    makeNode({ op: 'Conv', inputs: ['r0', 'w1'], outputs: ['c1'], attributes: pads }),
    makeNode({ op: 'Conv', inputs: ['r0', 'w2'], outputs: ['c2'], attributes: { ...pads, group: channels } }),
    makeNode({ op: 'Add', inputs: ['c1', 'c2'], outputs: ['y'] }),
  ],
  initializers: [
    weight('w0', [channels, channels, 3, 3]),
    weight('w1', [channels, channels, 3, 3]),
    weight('w2', [channels, 1, 3, 3]),
  ],
  inputs: { x: [1, channels, 6, 6] },
  outputs: { y: [1, channels, 6, 6] },
});
const shape = [1, channels, 6, 6];
const batches: Batch[] = [{ inputs: { x: { shape, data: noise(channels * 36) } } }];

async function quantized(integers: OnnxOptions['integers'], weights: Quantizer = absmax({ levels: 'odd' })) {
  const port = onnx(bytes, { ort, ...(integers === undefined ? {} : { integers }) });
  const calibration = await port.observe!(batches);
  const done = await quantize(port, { weights, activations: minMax(), calibration });
  return { ...done, calibration };
}

const stored = (plan: QuantizationPlan) => parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json');

describe('a stored plan', () => {
  test.each(['operators', 'qdq', undefined] as const)(
    'needs the calibration alone: integers %s',
    async (integers) => {
      const { model, plan, calibration } = await quantized(integers);
      expect(plan.form).toEqual({ integers: integers ?? 'none' });
      const again = await applyPlan(onnx(bytes), stored(plan), registry, { calibration });
      expect(again.model.bytes).toEqual(model.bytes);
      const asked = integers === 'qdq' ? 'operators' : 'qdq';
      await expect(
        applyPlan(onnx(bytes, { integers: asked }), stored(plan), registry, { calibration }),
      ).rejects.toMatchObject({ code: 'plan-mismatch' });
    },
  );

  test('of an older version takes the form of the port', async () => {
    const { model, plan, calibration } = await quantized('operators');
    const { form, ...old } = plan;
    expect(form).toBeDefined();
    const port = onnx(bytes, { integers: 'operators' });
    const again = await applyPlan(port, stored(old), registry, { calibration });
    // The plan inside is the older one.
    expect(again.report.weights).toEqual((await quantized('operators')).report.weights);
    expect(again.model.bytes.length).toBeLessThan(model.bytes.length);
  });

  test.each([{ integers: 'sometimes' }, { integers: 'none', colour: 'red' }, {}])(
    'in the unknown form %j is refused',
    async (form) => {
      const { plan, calibration } = await quantized('operators');
      const strange = applyPlan(onnx(bytes), { ...plan, form }, registry, { calibration });
      await expect(strange).rejects.toMatchObject({ code: 'plan-mismatch' });
    },
  );
});

test('weights of integer layers get the symmetric grid of their method by themselves', async () => {
  for (const weights of [minMax(), mse()]) {
    const { report } = await quantized('operators', weights);
    const [row] = report.weights;
    expect(row).toMatchObject({ form: 'ConvInteger' });
    expect(row!.reason).toContain('levels=odd for ConvInteger');
  }
});

describe('the report on activations', () => {
  test('names the operators that take them, and those that do not', async () => {
    const { activations } = (await quantized('operators')).report;
    expect(activations).toMatchObject([
      { tensor: 'x', form: 'ConvInteger', formReason: 'taken as 8-bit integers by ConvInteger' },
      {
        tensor: 'r0',
        form: 'ConvInteger',
        formReason: expect.stringContaining(
          'not everywhere: a layer that takes it is computed in floats: depthwise',
        ),
      },
    ]);
    expect(activations?.some(({ float }) => float)).toBe(false);
    const qdq = (await quantized('qdq')).report.activations!;
    expect(qdq.map(({ tensor, form }) => [tensor, form])).toEqual([
      ['x', 'QLinearConv'],
      ['r0', 'uint8, QLinearConv'],
      ['c1', 'uint8'],
    ]);
  });

  test('says why values stay float', async () => {
    const { activations } = (await quantized('operators', minMax({ zeroPoint: 'real' }))).report;
    for (const row of activations!) {
      expect(row).toMatchObject({ form: 'float', float: true });
      expect(row.formReason).toContain(
        'a layer that takes it is computed in floats: its grid is not symmetric',
      );
      expect(row).not.toHaveProperty('fitted');
    }
    const swapped = buildBytes({
      nodes: [makeNode({ op: 'MatMul', inputs: ['w', 'x'], outputs: ['y'] })],
      initializers: [weight('w', [32, 64])],
      inputs: { x: [64, 4] },
      outputs: { y: [32, 4] },
    });
    const { report } = await quantize(onnx(swapped), {
      weights: absmax({ levels: 'odd' }),
      activations: horq(),
      activationBits: 2,
    });
    expect(report.activations).toMatchObject([
      { tensor: 'x', float: true, formReason: expect.stringContaining('its first axis') },
    ]);
  });

  test('knows those that are quantized in floats', async () => {
    const { activations } = (await quantized(undefined)).report;
    expect(activations?.map(({ form }) => form)).toEqual(['in floats', 'in floats']);
  });
});

test('for WebGPU, which refuses float64, means are computed in float32', async () => {
  const recipe = { weights: absmax({ levels: 'odd' }), activations: horq(), activationBits: 2 };
  const casts = async (options: OnnxOptions) => {
    const { model } = await quantize(onnx(bytes, options), recipe);
    const { node } = readModel(model.bytes).proto.graph!;
    const types = node.flatMap(({ attribute }) =>
      attribute.flatMap(({ name, i }) => (name === 'to' ? [Number(i)] : [])),
    );
    expect(node.some(({ opType }) => opType === 'ReduceMean')).toBe(true);
    return new Set(types).has(DataType.DOUBLE);
  };
  expect(await casts({})).toBe(true);
  expect(await casts({ target: parseTarget('ort-web@1.30/webgpu') })).toBe(false);
});
