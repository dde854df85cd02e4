import '@tensorflow/tfjs-backend-cpu';
import { conv2d as tfConv2d, depthwiseConv2d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  convolutionSamples,
  denseSamples,
  depthwiseSamples,
  type Sample,
  sequenceSamples,
  size,
} from '../test/random-layers.js';
import {
  type Conv2dLayer,
  createKernels,
  type DenseLayer,
  type DepthwiseConv2dLayer,
  type IntegerWeights,
  type Kernels,
  type LayerInputs,
  type Operation,
  type Padding,
  type Variant,
} from './index.js';

const { capabilities } = await createKernels();
const twin = await createKernels({ variant: 'scalar' });
const variants: Variant[] = capabilities.relaxedSimd ? ['simd', 'relaxed'] : ['simd'];

function outputs<Layer>(
  make: (layer: Layer) => Operation,
  { layer, shape, values }: Sample<Layer>,
  added: boolean,
): Float32Array {
  const operation = make(layer);
  const addend = Float32Array.from({ length: size(operation.outputShape(shape)) }, (_, at) => Math.sin(at));
  const result = operation.run(values, shape, added ? addend : undefined);
  operation.dispose();
  return result;
}

describe.each(variants)('%s', (variant) => {
  it('gives the float32 values of the twin for dense layers', async () => {
    const kernels = await createKernels({ variant });
    fc.assert(
      fc.property(denseSamples, fc.boolean(), (sample, added) => {
        expect(outputs(kernels.dense, sample, added)).toEqual(outputs(twin.dense, sample, added));
      }),
      { numRuns: 400 },
    );
  });

  it('gives the float32 values of the twin for convolutions', async () => {
    const kernels = await createKernels({ variant });
    fc.assert(
      fc.property(convolutionSamples, fc.boolean(), (sample, added) => {
        expect(outputs(kernels.conv2d, sample, added)).toEqual(outputs(twin.conv2d, sample, added));
      }),
      { numRuns: 600 },
    );
  });

  it('gives the float32 values of the twin for depthwise convolutions', async () => {
    const kernels = await createKernels({ variant });
    fc.assert(
      fc.property(depthwiseSamples, fc.boolean(), (sample, added) => {
        expect(outputs(kernels.depthwiseConv2d, sample, added)).toEqual(
          outputs(twin.depthwiseConv2d, sample, added),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('gives the float32 values of the twin for sequences', async () => {
    const kernels = await createKernels({ variant });
    fc.assert(
      fc.property(sequenceSamples, fc.boolean(), (sample, added) => {
        expect(outputs(kernels.sequence, sample, added)).toEqual(outputs(twin.sequence, sample, added));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same by counting bits', async () => {
    const kernels = await createKernels({ variant, binary: 'popcount' });
    expect(kernels.binary).toBe('popcount');
    const isBinary = ({ weights, inputs }: DenseLayer) => weights.bits === 1 && inputs?.kind === 'signs';
    fc.assert(
      fc.property(denseSamples, fc.boolean(), (sample, added) => {
        fc.pre(isBinary(sample.layer));
        expect(outputs(kernels.dense, sample, added)).toEqual(outputs(twin.dense, sample, added));
      }),
    );
    fc.assert(
      fc.property(convolutionSamples, fc.boolean(), (sample, added) => {
        fc.pre(isBinary(sample.layer));
        expect(outputs(kernels.conv2d, sample, added)).toEqual(outputs(twin.conv2d, sample, added));
      }),
      { numRuns: 300 },
    );
  });

  it('does not overflow at the greatest depth', async () => {
    const { dense } = await createKernels({ variant });
    const depth = 65536;
    for (const weight of [-128, 127]) {
      const weights = {
        shape: [depth, 1],
        values: new Int8Array(depth).fill(weight),
        bits: 8,
        scales: [1],
      } as const;
      for (const value of [-1, 1])
        expect(dense({ weights }).run(new Float32Array(depth).fill(value), [1, depth])).toEqual(
          Float32Array.of(Math.fround(Math.fround(weight * 127 * value * depth) * Math.fround(1 / 127))),
        );
    }
  });
});

describe.each<Variant>(['scalar', ...variants])('%s', (variant) => {
  it.each(['lookup', 'popcount'] as const)(
    'sums at the greatest depth of 1 and 2 bits by %s',
    async (binary) => {
      const { dense } = await createKernels({ variant, binary });
      for (const rows of [1, 2, 5])
        for (const [depth, inputs, most] of [
          [65532, { kind: 'signs' }, 1],
          [21844, { kind: 'codes', thresholds: [0, 0, 0], scale: 1 }, 3],
        ] as const)
          for (const weight of [-1, 1]) {
            const values = new Int8Array(depth).fill(weight);
            const weights = { shape: [depth, 1], values, bits: 1, scales: [1] } as const;
            expect(dense({ weights, inputs }).run(new Float32Array(rows * depth), [rows, depth])).toEqual(
              new Float32Array(rows).fill(weight * most * depth),
            );
          }
    },
  );
});

describe.each<Variant>(['scalar', ...variants])('%s', (variant) => {
  const kernels: Promise<Kernels> = createKernels({ variant });

  it('computes what the definition says, in exact integers', async () => {
    const { dense } = await kernels;
    fc.assert(
      fc.property(denseSamples, ({ layer, shape, values }) => {
        const { weights, inputs } = layer;
        fc.pre(inputs === undefined);
        const steps = { ...weights, ...(weights.bits > 2 && { shifts: [0] }), scales: [1] };
        const result = dense({ weights: steps }).run(values, shape);
        const { levels } = weights;
        const integers = levels ? weights.values.map((value) => levels[value + 8]!) : weights.values;
        expect(result).toEqual(productOf(integers, values, shape, weights.shape[1]!));
      }),
    );
  });

  it('adds signs of what signs leave over, patch by patch, padding included', async () => {
    const { conv2d } = await kernels;
    const [height, width, channels, outputs] = [5, 4, 3, 2] as const;
    const values = Float32Array.from({ length: height * width * channels }, (_, at) => Math.sin(at * at));
    const signs = Int8Array.from({ length: 9 * channels * outputs }, (_, at) =>
      Math.cos(at * 3) < 0 ? -1 : 1,
    );
    const weights = { shape: [3, 3, channels, outputs], values: signs, bits: 1, scales: [0.5] } as const;
    const inputs = { kind: 'signs', scale: 'mean', order: 2, scope: 'patches' } as const;
    const layer = { weights, inputs, padding: 'same', bias: [1, -1], lowest: 0 } as const;
    const result = conv2d(layer).run(values, [1, height, width, channels]);
    const mean = (list: number[]) => list.reduce((sum, value) => sum + Math.abs(value), 0) / list.length;
    const sign = (value: number) => (value >= 0 ? 1 : -1);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const patch = Array.from({ length: 9 * channels }, (_, at) => {
          const [row, column] = [
            y - 1 + Math.floor(at / channels / 3),
            x - 1 + (Math.floor(at / channels) % 3),
          ];
          const isInside = row >= 0 && row < height && column >= 0 && column < width;
          return isInside ? values[(row * width + column) * channels + (at % channels)]! : 0;
        });
        const first = mean(patch);
        const rest = patch.map((value) => value - first * sign(value));
        const second = mean(rest);
        const levels = patch.map((value, at) => first * sign(value) + second * sign(rest[at]!));
        for (let output = 0; output < outputs; output++) {
          const sum = levels.reduce(
            (total, level, at) => total + level * 0.5 * signs[at * outputs + output]!,
            0,
          );
          const expected = Math.max(0, sum + layer.bias[output]!);
          expect(result[(y * width + x) * outputs + output]).toBeCloseTo(expected, 5);
        }
      }
  });

  it('gives what TensorFlow.js gives, of integers that are exact in both', async () => {
    const { conv2d } = await kernels;
    fc.assert(
      fc.property(convolutionSamples, ({ layer, shape }) => {
        const { weights, padding } = layer;
        const { batch, height, width, channels, strides, dilations } = comparable(layer, shape);
        fc.pre(weights.shape[3]! > 0);
        // Samples with the outermost value have the scale 1.
        const integers = Float32Array.from({ length: size(shape) }, (_, at) => ((at * 37) % 255) - 127);
        for (let sample = 0; sample < batch; sample++) integers[sample * height * width * channels] = 127;
        const plain = { shape: weights.shape, values: weights.values, bits: weights.bits, scales: [1] };
        const { inputs, values } = exactInputs(weights.bits, layer.inputs?.kind, integers);
        const result = conv2d({ weights: plain, inputs, strides, dilations, padding: padding! }).run(
          integers,
          shape,
        );
        const expected = tidy(() =>
          tfConv2d(
            tensor4d(values, [batch, height, width, channels]),
            tensor4d(Float32Array.from(weights.values), weights.shape as [number, number, number, number]),
            [...strides],
            tfPadding(padding!),
            'NHWC',
            [...dilations],
          ).dataSync(),
        );
        expect(result).toEqual(Float32Array.from(expected, (value) => value + 0));
      }),
      { numRuns: 60 },
    );
  });

  it('gives what depthwise convolutions of TensorFlow.js give', async () => {
    const kernels = await createKernels({ variant });
    fc.assert(
      fc.property(depthwiseSamples, ({ layer, shape }) => {
        const { weights, padding } = layer;
        const { batch, height, width, channels, strides, dilations } = comparable(layer, shape);
        fc.pre(weights.shape[3]! > 0);
        // All of one picture are multiples of the smallest step, up to 127 times it.
        const integers = Float32Array.from({ length: size(shape) }, (_, at) => ((at * 37) % 255) - 127);
        for (let sample = 0; sample < batch; sample++) integers[sample * height * width * channels] = 127;
        const plain = { shape: weights.shape, values: weights.values, bits: 8, scales: [1] } as const;
        const result = kernels
          .depthwiseConv2d({ weights: plain, strides, dilations, padding: padding! })
          .run(integers, shape);
        const expected = tidy(() =>
          depthwiseConv2d(
            tensor4d(integers, [batch, height, width, channels]),
            tensor4d(Float32Array.from(weights.values), weights.shape as [number, number, number, number]),
            [...strides],
            tfPadding(padding!),
            'NHWC',
            [...dilations],
          ).dataSync(),
        );
        expect(result).toEqual(Float32Array.from(expected, (value) => value + 0));
      }),
      { numRuns: 60 },
    );
  });

  it('gives memory back', async () => {
    const { dense } = await kernels;
    const make = () =>
      dense({ weights: { shape: [64, 64], values: new Int8Array(4096).fill(3), bits: 4, scales: [1] } });
    const first = make();
    expect(first.bytes).toBeLessThan(4096);
    first.run(new Float32Array(64), [1, 64]);
    first.dispose();
    first.dispose();
    expect(() => first.run(new Float32Array(64), [1, 64])).toThrow(/disposed/);
    const again = make();
    expect(again.run(new Float32Array(64).fill(1), [1, 64])).toHaveLength(64);
    again.dispose();
  });
});

/** What TensorFlow.js can compute too: it has no strides and dilations at once, and no empty windows. */
function comparable(layer: Conv2dLayer | DepthwiseConv2dLayer, shape: readonly number[]) {
  const { weights, padding } = layer;
  const strides = layer.strides!.some((stride) => stride > 1) ? layer.strides! : ([1, 1] as const);
  const dilations = strides.some((stride) => stride > 1) ? ([1, 1] as const) : layer.dilations!;
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const extent = (axis: 0 | 1) => (weights.shape[axis]! - 1) * dilations[axis] + 1;
  fc.pre(Math.min(batch, channels, height, width) > 0);
  if (padding !== 'same') fc.pre(height >= extent(0) && width >= extent(1));
  return { batch, height, width, channels, strides, dilations };
}

type Pair = [number, number];

function tfPadding(padding: Padding) {
  if (typeof padding === 'string') return padding;
  const [vertical, horizontal] = padding;
  return [[0, 0], [...vertical], [...horizontal], [0, 0]] as [Pair, Pair, Pair, Pair];
}

/** Inputs whose steps are 1, and what they make of values. */
function exactInputs(
  bits: IntegerWeights['bits'],
  kind: LayerInputs['kind'] | undefined,
  values: Float32Array,
): { readonly inputs: LayerInputs; readonly values: Float32Array } {
  if (bits !== 1 || kind === undefined || kind === 'steps') return { inputs: { kind: 'dynamic' }, values };
  if (kind === 'signs') return { inputs: { kind }, values: values.map((value) => (value >= 0 ? 1 : -1)) };
  const code = (value: number) => (value < -50 ? 0 : value < 3 ? 1 : value < 77 ? 2 : 3);
  return { inputs: { kind: 'codes', thresholds: [-50, 3, 77], scale: 1 }, values: values.map(code) };
}

/** A product with inputs that are quantized row by row, as the interface states it. */
function productOf(
  weights: Int8Array,
  values: Float32Array,
  [rows, inputs]: number[],
  outputs: number,
): Float32Array {
  const result = new Float32Array(rows! * outputs);
  for (let row = 0; row < rows!; row++) {
    const own = [...values.subarray(row * inputs!, (row + 1) * inputs!)];
    const largest = own.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : NaN),
      0,
    );
    const codes = own.map((value) =>
      largest >= 2 ** -100 ? nearestEven(Math.fround(value * Math.fround(127 / largest))) : 0,
    );
    const scale = Number.isNaN(largest) ? NaN : largest >= 2 ** -100 ? Math.fround(largest / 127) : 0;
    for (let output = 0; output < outputs; output++) {
      const sum = codes.reduce((total, code, input) => total + code * weights[input * outputs + output]!, 0);
      result[row * outputs + output] = Math.fround(sum) * scale + 0;
    }
  }
  return result;
}

function nearestEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
