import { quantize, type Granularity, type WeightReport } from '@lowbit/core';
import { isGranularity } from '@lowbit/core/method';
import { registry } from '@lowbit/methods';
import { expect, test } from 'vitest';
import { onnx } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) + 0.3);
const tensor = (dims: readonly number[]) =>
  makeTensor('w', DataType.FLOAT, dims, values(dims.reduce((a, b) => a * b)));

const models = {
  matrix: (opset: number) =>
    buildBytes(
      {
        nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
        initializers: [tensor([80, 64])],
        inputs: { x: [1, 80] },
        outputs: { y: [1, 64] },
      },
      { opset },
    ),
  'three axes': (opset: number) =>
    buildBytes(
      {
        nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
        initializers: [tensor([2, 72, 40])],
        inputs: { x: [2, 1, 72] },
        outputs: { y: [2, 1, 40] },
      },
      { opset },
    ),
  transposed: (opset: number) =>
    buildBytes(
      {
        nodes: [
          makeNode({
            op: 'Gemm',
            inputs: ['x', 'w'],
            outputs: ['y'],
            attributes: { transB: 1, alpha: { float: 2 } },
          }),
        ],
        initializers: [tensor([64, 72])],
        inputs: { x: [1, 72] },
        outputs: { y: [1, 64] },
      },
      { opset },
    ),
} as const;

interface Setting {
  readonly bits: number;
  readonly granularity: Granularity;
  readonly weights: string;
  readonly opset: number;
}

async function written(model: keyof typeof models, { opset, ...recipe }: Setting): Promise<WeightReport> {
  const { report } = await quantize(onnx(models[model](opset), { optimize: 'memory' }), {
    registry,
    ...recipe,
  });
  return report.weights[0]!;
}

/** A setting with all that a remedy names, one after the other; integer zero points as min-max has them. */
function followed(setting: Setting, remedy: string): Setting {
  return remedy.split(', ').reduce<Setting>((now, part) => {
    const [first = '', second = ''] = part.split(' ');
    if (first === 'granularity' && isGranularity(second)) return { ...now, granularity: second };
    if (first === 'opset') return { ...now, opset: Number(second) };
    if (second === 'bits') return { ...now, bits: Number(first) };
    expect(part).toBe('a method or option of integer zero points');
    return { ...now, weights: 'min-max:zeroPoint=integer' };
  }, setting);
}

const settings = (['min-max', 'min-max:zeroPoint=real', 'absmax', 'ul2q'] as const).flatMap((weights) =>
  (weights === 'absmax' ? [3, 8] : [1, 3, 4, 8]).flatMap((bits) =>
    (['tensor', 'channel', 'group:24', 'group:32'] as const).flatMap((granularity) =>
      [13, 21].map((opset) => ({ weights, bits, granularity, opset })),
    ),
  ),
);

test.each(Object.keys(models) as (keyof typeof models)[])(
  'every remedy for a weight that is not kept packed is true: %s',
  async (model) => {
    let count = 0;
    for (const setting of settings) {
      const { form, storageReason } = await written(model, setting);
      const remedy = /it would stay packed with (.*?)(;|$)/.exec(storageReason)?.[1];
      const decoded = /MatMulNBits|DequantizeLinear/.test(form);
      if (decoded || form === '') continue;
      expect(remedy, `${JSON.stringify(setting)}: ${storageReason}`).toBeDefined();
      const then = await written(model, followed(setting, remedy!));
      expect(then.form, `${JSON.stringify(setting)}: ${remedy}: ${then.storageReason}`).toMatch(
        /MatMulNBits|DequantizeLinear/,
      );
      count++;
    }
    expect(count).toBeGreaterThan(4);
  },
);
