import fc from 'fast-check';
import type {
  Conv2dLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  Epilogue,
  IntegerWeights,
  LayerInputs,
  Padding,
  SequenceLayer,
} from '../src/index.js';

/** A layer, an input for it, and maybe something to add: what laws are tried on. */
export interface Sample<Layer> {
  readonly layer: Layer;
  readonly shape: number[];
  readonly values: Float32Array;
}

/** Values of a tensor. */
export const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
const float = (limit: number) => fc.float({ min: -limit, max: limit, noNaN: true });
const floats = (length: number, limit: number) =>
  fc.array(float(limit), { minLength: length, maxLength: length });

/** Values of a seed, so that large arrays cost fast-check nothing. */
function spread(seed: number, length: number, next: (uniform: number) => number): number[] {
  let state = seed >>> 0;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return next((state >>> 8) / 2 ** 24);
  });
}

function integerWeights(
  shape: number[],
  bits: IntegerWeights['bits'],
  outputs = shape.at(-1)!,
): fc.Arbitrary<IntegerWeights> {
  const [least, most] = ({ 8: [-128, 127], 4: [-8, 7], 2: [-1, 1], 1: [-1, 1] } as const)[bits];
  return fc
    .record({
      seed: fc.nat(),
      levels: fc.option(fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 16, maxLength: 16 }), {
        nil: undefined,
      }),
      /** All of the outermost values, or spread. */
      extreme: fc.boolean(),
      scales: fc.constantFrom(1, outputs).chain((length) => floats(length, 2)),
      shifts: fc.option(
        fc.constantFrom(1, outputs).chain((length) => floats(length, 2)),
        { nil: undefined },
      ),
    })
    .map(({ seed, extreme, scales, shifts, levels }) => {
      const value = (uniform: number) =>
        extreme || bits === 1
          ? uniform < 0.5
            ? least
            : most
          : Math.floor(uniform * (most - least + 1)) + least;
      const values = Int8Array.from(spread(seed, size(shape), value));
      return {
        shape,
        values,
        bits,
        scales,
        ...(shifts && bits > 2 && { shifts }),
        ...(levels && bits === 4 && { levels }),
      };
    });
}

function epilogue(outputs: number): fc.Arbitrary<Epilogue> {
  const limits = fc.constantFrom({}, { lowest: 0 }, { lowest: 0, highest: 6 }, { lowest: -3, highest: 2.5 });
  return fc
    .record({
      bias: fc.option(floats(outputs, 4), { nil: undefined }),
      slopes: fc.option(
        fc.constantFrom(1, outputs).chain((length) => floats(length, 2)),
        { nil: undefined },
      ),
      limits,
    })
    .map(({ bias, slopes, limits }) => ({ ...(bias && { bias }), ...(slopes && { slopes }), ...limits }));
}

/** Values from a seed; some rows are zeros, tiny or huge, or hold what is no number. */
function inputs(length: number): fc.Arbitrary<Float32Array> {
  const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 2 ** -120, 3e38, 1, 1);
  return fc
    .record({
      seed: fc.nat(),
      special,
      at: fc.nat(),
      plain: fc.nat(3),
      size: fc.double({ min: -3, max: 3, noNaN: true }),
    })
    .map(({ seed, special, at, plain, size: power }) => {
      const values = Float32Array.from(spread(seed, length, (uniform) => (uniform * 2 - 1) * 10 ** power));
      if (plain === 0 && length > 0) values[at % length] = special;
      return values;
    });
}

const bits = fc.constantFrom<1 | 4 | 8>(1, 1, 4, 8);
const denseBits = fc.oneof(bits, fc.constant<2>(2));

const scale = float(2);
const signs = fc.oneof(
  fc.record({ kind: fc.constant('signs' as const), scale: fc.oneof(scale, fc.constant('mean' as const)) }),
  fc.record({
    kind: fc.constant('signs' as const),
    scale: fc.constant('mean' as const),
    order: fc.constantFrom<1 | 2>(1, 2),
    scope: fc.constantFrom<'samples' | 'patches'>('samples', 'patches'),
  }),
);
const ofBits = fc.oneof(
  signs,
  fc.record({
    kind: fc.constant('codes' as const),
    thresholds: fc.tuple(scale, scale, scale),
    scale,
  }),
);

/** Steps of so many codes, below and above 0, that many values go beyond them. */
function steps(codes: number) {
  return fc
    .record({ lowest: fc.integer({ min: -codes, max: 0 }), step: fc.constantFrom(1e-3, 0.01, 0.7, 30) })
    .map(({ lowest, step }) => ({ kind: 'steps' as const, step, lowest, highest: codes + lowest }));
}

/** Inputs that go with weights of these bits. */
function layerInputs(bits: IntegerWeights['bits']): fc.Arbitrary<{ inputs?: LayerInputs }> {
  if (bits === 2) return signs.map((inputs) => ({ inputs }));
  const ofBytes = fc.oneof(
    fc.constant({}),
    steps(255).map((inputs) => ({ inputs })),
  );
  return bits === 1
    ? fc.oneof(
        ofBits.map((inputs) => ({ inputs })),
        ofBytes,
      )
    : ofBytes;
}

/** Inputs of depthwise convolutions. */
const depthwiseInputs = fc.oneof(
  fc.constant({}),
  fc.oneof(steps(255), steps(32767)).map((inputs) => ({ inputs })),
);

/** Dense layers of odd sizes, empty ones among them. */
export const denseSamples: fc.Arbitrary<Sample<DenseLayer>> = fc
  .record({ rows: fc.nat(9), channels: fc.nat(300), outputs: fc.nat(70), bits: denseBits })
  .chain(({ rows, channels, outputs, bits }) =>
    fc
      .tuple(
        integerWeights([channels, outputs], bits),
        epilogue(outputs),
        inputs(rows * channels),
        layerInputs(bits),
      )
      .map(([weights, rest, values, own]) => ({
        layer: { weights, ...own, ...rest },
        shape: [rows, channels],
        values,
      })),
  );

const pair = (most: number) => fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }));

const padding: fc.Arbitrary<Padding> = fc.oneof(
  fc.constantFrom<Padding>('same', 'valid'),
  fc.tuple(fc.tuple(fc.nat(3), fc.nat(3)), fc.tuple(fc.nat(3), fc.nat(3))),
);

const windowed = {
  window: pair(4),
  strides: pair(3),
  dilations: pair(3),
  padding,
};

/** Depthwise convolutions of the same kinds, with one or more outputs for each input. */
export const depthwiseSamples: fc.Arbitrary<Sample<DepthwiseConv2dLayer>> = fc
  .record({
    shape: fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9), fc.oneof(fc.nat(9), fc.nat(40))),
    multiplier: fc.oneof(fc.constant(1), fc.nat(3)),
    ...windowed,
  })
  .chain(({ shape, window, multiplier, strides, dilations, padding }) =>
    fc
      .tuple(
        integerWeights([...window, shape[3], multiplier], 8, shape[3] * multiplier),
        epilogue(shape[3] * multiplier),
        inputs(size(shape)),
        depthwiseInputs,
      )
      .map(([weights, rest, values, own]) => ({
        layer: { weights, ...own, strides, dilations, padding, ...rest },
        shape: [...shape],
        values,
      })),
  );

/** Convolutions of any window, stride, dilation and padding. */
export const convolutionSamples: fc.Arbitrary<Sample<Conv2dLayer>> = fc
  .record({
    shape: fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9), fc.oneof(fc.nat(9), fc.nat(40))),
    outputs: fc.oneof(fc.nat(18), fc.nat(70)),
    ...windowed,
    bits,
  })
  .chain(({ shape, window, outputs, strides, dilations, padding, bits }) =>
    fc
      .tuple(
        integerWeights([...window, shape[3], outputs], bits),
        epilogue(outputs),
        inputs(size(shape)),
        layerInputs(bits),
      )
      .map(([weights, rest, values, own]) => ({
        layer: { weights, ...own, strides, dilations, padding, ...rest },
        shape: [...shape],
        values,
      })),
  );

/** A convolution of so many inputs and any outputs, with its window. */
function layerOf(channels: number): fc.Arbitrary<{ layer: SequenceLayer; outputs: number }> {
  const layers = fc
    .record({ ...windowed, outputs: fc.oneof(fc.nat(5), fc.nat(30)), isDeep: fc.boolean(), bits })
    .map((one) => (one.isDeep && channels > 0 ? { ...one, bits: 8 as const } : { ...one, isDeep: false }));
  return layers.chain(({ window, strides, dilations, padding, outputs, isDeep, bits }) => {
    const multiplier = outputs % 7 === 6 ? 2 : 1;
    const count = isDeep ? channels * multiplier : outputs;
    const shape = [...window, channels, isDeep ? multiplier : outputs];
    return fc
      .tuple(
        integerWeights(shape, bits, count),
        epilogue(count),
        isDeep ? depthwiseInputs : layerInputs(bits),
      )
      .map(([weights, rest, own]) => {
        const layer = { weights, ...own, strides, dilations, padding, ...rest };
        return { outputs: count, layer: isDeep ? { depthwiseConv2d: layer as never } : { conv2d: layer } };
      });
  });
}

/** One to three convolutions of any kind, each of which takes what the one before it gives. */
export const sequenceSamples: fc.Arbitrary<Sample<readonly SequenceLayer[]>> = fc
  .tuple(fc.nat(3), fc.nat(9), fc.nat(9), fc.oneof(fc.nat(9), fc.nat(40)))
  .chain((shape) => {
    const layers = layerOf(shape[3]).chain((first) =>
      layerOf(first.outputs).chain((second) =>
        layerOf(second.outputs).map((third) => [first.layer, second.layer, third.layer]),
      ),
    );
    return fc
      .tuple(layers, fc.integer({ min: 1, max: 3 }), inputs(size(shape)))
      .map(([all, count, values]) => ({ layer: all.slice(0, count), shape: [...shape], values }));
  });
