import { applyPlan, makePlan, parsePlan, quantize, seededRandom } from '@lowbit/core';
import { dynamic, minMax, registry } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { onnx, type IntegerChoice } from '../src/index.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';

const random = seededRandom(2);
const weight = (name: string, ...dims: number[]) =>
  makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, random),
  );

/** Products of 64 features, for so many rows. */
const products = (rows: number | string) =>
  buildBytes({
    nodes: [
      makeNode({ op: 'MatMul', inputs: ['x', 'a'], outputs: ['h'] }),
      makeNode({ op: 'Relu', inputs: ['h'], outputs: ['r'] }),
      makeNode({ op: 'MatMul', inputs: ['r', 'b'], outputs: ['y'] }),
    ],
    initializers: [weight('a', 64, 64), weight('b', 64, 64)],
    inputs: { x: [1, rows, 64] },
    outputs: { y: [1, rows, 64] },
  });

/** A wide convolution, and a product of one row behind it. */
const mixed = buildBytes({
  nodes: [
    makeNode({ op: 'Conv', inputs: ['x', 'k'], outputs: ['c'] }),
    makeNode({ op: 'ReduceMean', inputs: ['c'], outputs: ['m'], attributes: { axes: [2, 3], keepdims: 0 } }),
    makeNode({ op: 'MatMul', inputs: ['m', 'a'], outputs: ['y'] }),
  ],
  initializers: [weight('k', 64, 64, 3, 3), weight('a', 64, 64)],
  inputs: { x: ['n', 64, 30, 30] },
  outputs: { y: ['n', 64] },
});

const recipe = { weights: minMax(), activations: dynamic() };

async function written(bytes: Uint8Array, integers: IntegerChoice) {
  const { report } = await quantize(onnx(bytes, { integers }), recipe, { measure: false });
  const forms = Object.fromEntries(report.weights.map(({ id, form }) => [id, form]));
  return {
    forms,
    reasons: report.weights.map(({ storageReason }) => storageReason),
    forecast: report.forecast,
  };
}

describe('integers where they are faster', () => {
  it('a network that would be slower computes in floats, its weights quantized, and says so', async () => {
    const { forms, reasons, forecast } = await written(products(1), 'faster');
    expect(forms).toEqual({ a: 'Cast→Mul→Add', b: 'Cast→Mul→Add' });
    for (const reason of reasons)
      expect(reason).toContain('the whole network would be 0.4 times as fast in integers');
    expect(forecast).toMatchObject({ taken: false });
    expect(forecast?.timesAsFast).toBeLessThan(0.8);
  });

  it('what is asked for is written all the same', async () => {
    const { forms, forecast } = await written(products(1), 'operators');
    expect(forms).toEqual({ a: 'MatMulInteger', b: 'MatMulInteger' });
    expect(forecast).toMatchObject({ taken: true });
    expect(forecast?.timesAsFast).toBeLessThan(0.8);
  });

  it.each([128, 'tokens'])('a network of %s rows gains', async (rows) => {
    const { forms, forecast } = await written(products(rows), 'faster');
    expect(forms).toEqual({ a: 'MatMulInteger', b: 'MatMulInteger' });
    expect(forecast?.timesAsFast).toBeGreaterThan(1.2);
  });

  it('small layers stay in floats among those that gain', async () => {
    const { forms, reasons, forecast } = await written(mixed, 'faster');
    expect(forms).toEqual({ k: 'ConvInteger', a: 'Cast→Mul→Add' });
    expect(reasons[1]).toContain('integers would not be faster at this shape');
    expect(forecast).toMatchObject({ taken: true });
    expect((await written(mixed, 'operators')).forms).toEqual({ k: 'ConvInteger', a: 'MatMulInteger' });
  });

  it('a stored plan repeats the choice', async () => {
    const { model } = await quantize(onnx(mixed, { integers: 'faster' }), recipe);
    const { plan } = await makePlan(onnx(mixed, { integers: 'faster' }), recipe);
    expect(plan.form).toEqual({ integers: 'faster' });
    const stored = parsePlan(JSON.parse(JSON.stringify(plan)), 'plan');
    expect((await applyPlan(onnx(mixed), stored, registry)).model.bytes).toEqual(model.bytes);
  });
});
