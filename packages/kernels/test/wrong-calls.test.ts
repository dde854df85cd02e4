import { expect, it } from 'vitest';
import { acceptedOptions, rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import * as kernels from '../src/index.js';
import * as tensors from '../src/tfjs.js';

await setBackend('cpu');
const { dense, conv2d, depthwiseConv2d, sequence } = await kernels.createKernels();
const onTensors = await tensors.createTensorKernels();
const weights = (shape: readonly number[] = [2, 1]) => ({
  ...{ shape, values: new Int8Array(shape.reduce((size, length) => size * length, 1)) },
  ...{ bits: 8 as const, scales: [1] },
});
const bits = () => ({ ...weights(), bits: 1 as const, values: Int8Array.of(1, -1) });
const ternary = () => ({ ...weights(), bits: 2 as const, values: Int8Array.of(1, 0) });
const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const calls: Readonly<Record<string, RightCall>> = {
  createKernels: { right: () => [{ variant: 'scalar' }] },
  'options of createKernels': {
    right: () => ['scalar', 'lookup'],
    call: (...[variant, binary]: never[]) => kernels.createKernels(defined({ variant, binary })),
  },
  detectCapabilities: { right: () => [] },
  dense: { right: () => [{ weights: weights() }], call: (layer: never) => dense(layer) },
  'members of dense': {
    right: () => [weights(), [1], [1], 0, 6],
    call: (...[weights, bias, slopes, lowest, highest]: never[]) =>
      dense(defined({ weights, bias, slopes, lowest, highest }) as never),
  },
  'weights of dense': {
    right: () => [[2, 1], new Int8Array(2), 4, [1], [0], new Int8Array(16)],
    call: (...[shape, values, bits, scales, shifts, levels]: never[]) =>
      dense({ weights: defined({ shape, values, bits, scales, shifts, levels }) } as never),
  },
  'inputs of dense': {
    right: () => ['codes', [0, 1, 2], 1],
    call: (...[kind, thresholds, scale]: never[]) =>
      dense({ weights: bits(), inputs: defined({ kind, thresholds, scale }) } as never),
  },
  'signs of dense': {
    right: () => ['mean', 2, 'patches'],
    call: (...[scale, order, scope]: never[]) =>
      dense({ weights: bits(), inputs: { kind: 'signs', ...defined({ scale, order, scope }) } } as never),
  },
  'steps of dense': {
    right: () => [0.5, -3, 4],
    call: (...[step, lowest, highest]: never[]) =>
      dense({ weights: weights(), inputs: { kind: 'steps', step, lowest, highest } }),
  },
  conv2d: { right: () => [{ weights: weights([1, 1, 2, 1]) }], call: (layer: never) => conv2d(layer) },
  'members of conv2d': {
    right: () => [[1, 1], [1, 1], 'same'],
    call: (...[strides, dilations, padding]: never[]) =>
      conv2d(defined({ weights: weights([1, 1, 2, 1]), strides, dilations, padding }) as never),
  },
  depthwiseConv2d: {
    right: () => [{ weights: weights([1, 1, 2, 1]) }],
    call: (layer: never) => depthwiseConv2d(layer),
  },
  'members of depthwiseConv2d': {
    right: () => [
      [1, 1],
      [1, 1],
      [
        [0, 0],
        [1, 1],
      ],
    ],
    call: (...[strides, dilations, padding]: never[]) =>
      depthwiseConv2d(defined({ weights: weights([1, 1, 2, 1]), strides, dilations, padding }) as never),
  },
  sequence: {
    right: () => [[{ conv2d: { weights: weights([1, 1, 2, 1]) } }]],
    call: (layers: never) => sequence(layers),
  },
  'layers of a sequence': {
    right: () => [{ depthwiseConv2d: { weights: weights([1, 1, 2, 1]) } }],
    call: (layer: never) => sequence([layer]),
  },
  'sequence of tensors': {
    right: () => [[{ conv2d: { weights: weights([1, 1, 2, 1]) } }]],
    call: (layers: never) => onTensors.sequence(layers),
  },
  createTensorKernels: { right: () => [{ variant: 'scalar' }] },
  'dense of tensors': {
    right: () => [{ weights: weights() }],
    call: (layer: never) => onTensors.dense(layer),
  },
  'run of tensors': {
    right: () => [tensor2d([1, 2], [1, 2]), tensor2d([1], [1, 1])],
    call: (...given: never[]) => onTensors.dense({ weights: weights() }).run(...(given as never as [never])),
  },
  run: {
    right: () => [new Float32Array(2), [1, 2], new Float32Array(1)],
    call: (...given: never[]) => dense({ weights: weights() }).run(...(given as never as [never, never])),
  },
  outputShape: {
    right: () => [[1, 2]],
    call: (shape: never) => dense({ weights: weights() }).outputShape(shape),
  },
};

it('tells every wrong argument apart from a bug', async () => {
  expect(await rawFailures({ ...kernels, ...tensors }, calls)).toEqual([]);
});

it('takes no options that are no plain object', async () => {
  const { createKernels } = kernels;
  const { createTensorKernels } = tensors;
  const taking = { createKernels, createTensorKernels, dense, conv2d, depthwiseConv2d };
  expect(await acceptedOptions(taking)).toEqual([]);
});

it.each([
  [{ bits: 3 }, 'unsupported-bits'],
  [{ values: Int8Array.of(2, 0), bits: 2 }, 'invalid-argument'],
  [{ values: Int8Array.of(9, 0), bits: 4 }, 'invalid-argument'],
  [{ values: new Int8Array(3) }, 'invalid-argument'],
  [{ shape: [65537, 1], values: new Int8Array(65537) }, 'invalid-argument'],
  [{ scales: [1, 2, 3] }, 'invalid-argument'],
  [{ scales: [NaN] }, 'invalid-argument'],
  [{ values: Int8Array.of(0, 1), bits: 1 }, 'invalid-argument'],
])('refuses weights with %j', (wrong, code) => {
  expect(() => dense({ weights: { ...weights(), ...wrong } as never })).toThrow(
    expect.objectContaining({ code }),
  );
});

const codes = { kind: 'codes', thresholds: [0, 1, 2], scale: 1 } as const;
const steps = { kind: 'steps', step: 0.5, lowest: 0, highest: 255 } as const;
const deep = (depth: number) => ({ ...bits(), shape: [depth, 1], values: new Int8Array(depth).fill(1) });

it.each([
  [{ weights: weights(), inputs: { kind: 'signs' } }],
  [{ weights: bits(), inputs: { kind: 'signs', scale: NaN } }],
  [{ weights: bits(), inputs: { ...codes, scale: undefined } }],
  [{ weights: bits(), inputs: { kind: 'signs', scale: 1, order: 2 } }],
  [{ weights: bits(), inputs: { kind: 'signs', scope: 'patches' } }],
  [{ weights: { ...weights(), levels: new Int8Array(16) } }],
  [{ weights: { ...bits(), shifts: [1] }, inputs: codes }],
  [{ weights: deep(21848), inputs: codes }],
  [{ weights: deep(65536), inputs: { kind: 'signs' } }],
  [{ weights: ternary() }],
  [{ weights: { ...ternary(), shifts: [1] }, inputs: { kind: 'signs' } }],
  [{ weights: { ...bits(), shifts: [1] } }],
  [{ weights: weights(), inputs: { ...steps, step: 0 } }],
  [{ weights: weights(), inputs: { ...steps, lowest: 1 } }],
  [{ weights: weights(), inputs: { ...steps, lowest: -1, highest: 255 } }],
])('refuses inputs that go with no kernel or overflow: %#', (layer) => {
  expect(() => dense(layer as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});

it('refuses sequences whose layers do not fit each other, and windows that could overflow', () => {
  const conv = (inputs: number, outputs: number) => ({
    conv2d: { weights: weights([1, 1, inputs, outputs]) },
  });
  expect(sequence([conv(2, 3), conv(3, 1)]).outputShape([1, 4, 4, 2])).toEqual([1, 4, 4, 1]);
  const invalid = expect.objectContaining({ code: 'invalid-argument' });
  expect(() => sequence([conv(2, 3), conv(2, 1)])).toThrow(invalid);
  const inputs = { kind: 'steps', step: 1, lowest: -32768, highest: 0 } as const;
  const wide = (width: number) => () => depthwiseConv2d({ weights: weights([1, width, 1, 1]), inputs });
  expect(wide(512)).toThrow(invalid);
  expect(wide(511)).not.toThrow();
});
