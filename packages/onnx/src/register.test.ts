import { quantize } from '@lowbit/core';
import { expect, test } from 'vitest';
import { buildBytes, counting } from '../test/helpers/build-model.js';
import { makeNode } from './graph/make-node.js';
import { onnx } from './index.js';
import { registry } from './register.js';

test('with the registry, bytes and bits are enough', async () => {
  const bytes = buildBytes({
    nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
    initializers: [counting('w', [32, 16])],
    inputs: { x: [1, 32] },
    outputs: { y: [1, 16] },
  });
  const { model, report } = await quantize(onnx(bytes), { bits: 8, registry });
  expect(report.weights.map(({ quantizer }) => quantizer)).toEqual(['min-max']);
  expect(model.bytes.length).toBeLessThan(bytes.length);
});

test('holds all six methods', () => {
  const names = registry.list().map(({ kind, name }) => `${kind} ${name}`);
  expect(names).toEqual(
    expect.arrayContaining([
      ...['slq', 'mlq', 'hwgq', 'ul2q', 'horq'].map((name) => `quantizer ${name}`),
      'policy progressive',
    ]),
  );
});
