import { LowbitError, type Quantizer } from '@lowbit/core';
import { range, type FitContext, type SliceParameters } from '@lowbit/core/method';

type Fit = Quantizer['fit'];
const largestFloat32 = 2 ** 128 - 2 ** 104;

/** A grid over exactly the range of the values, `stretch` times as wide; keeps every law when not stretched. */
function grid(values: Float32Array, bits: number, stretch = 1): SliceParameters & { kind: 'affine' } {
  const { min, max } = range(values);
  const levels = 2 ** bits;
  const middle = (min + max) / 2;
  const step = (stretch * (max - min)) / (levels - 1);
  const scale = step < 1e-38 ? 0 : Math.fround(Math.min(step, largestFloat32));
  const low = scale === 0 ? middle : middle - (stretch * (max - min)) / 2;
  return { kind: 'affine', levels, scale, offset: Math.fround(Math.max(low, -largestFloat32)) };
}

/** A quantizer that keeps every law. */
export const honest: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'honest',
  roles: ['weight'],
  bits: { weight: [1, 2, 4, 8] },
  options: { mode: { type: 'choice', default: 'plain', values: ['plain'], help: 'how' } },
  fit: (values, { bits }) => grid(values, bits),
};

/** The same levels as a codebook; a constant slice is one value. */
export function asCodebook(values: Float32Array, bits: number): SliceParameters & { kind: 'codebook' } {
  const { levels, scale, offset = 0 } = grid(values, bits);
  const count = scale === 0 ? 1 : levels;
  return {
    kind: 'codebook',
    values: Float32Array.from({ length: count }, (_, code) => scale * code + offset),
  };
}

/** The honest quantizer with another `fit`, which may fall back to the honest one. */
function withFit(
  fit: (values: Float32Array, context: FitContext, honestly: Fit) => SliceParameters,
): Quantizer {
  return { ...honest, fit: (values, context) => fit(values, context, honest.fit) };
}

function withGrid(
  change: (fitted: SliceParameters & { kind: 'affine' }, values: Float32Array) => SliceParameters,
) {
  return withFit((values, { bits }) => change(grid(values, bits), values));
}

function isConstant(values: Float32Array): boolean {
  return values.every((value) => value === values[0]);
}

let calls = 0;

/** For each law a quantizer that breaks this one and no other. */
export const brokenQuantizers: Readonly<Record<string, Quantizer>> = {
  'declares its kind, api, name, roles and bits': { ...honest, api: 3 as 2 },
  'has options that fit their own descriptions': { ...honest, configured: { mode: 'odd' } },
  'fits at every width that it offers': withFit((values, context, honestly) => {
    if (context.bits === 4) throw new Error('4 bits are not written yet');
    return honestly(values, context);
  }),
  'returns parameters of a known form': withGrid((fitted) => ({ ...fitted, kind: 'linear' as 'affine' })),
  'has at most 2^bits levels': withGrid((fitted) => ({ ...fitted, levels: fitted.levels + 1 })),
  'has finite parameters that float32 holds, and no negative scale': withGrid((fitted) => ({
    ...fitted,
    offset: (fitted.offset ?? 0) + 1e-12,
  })),
  'has codebook values and thresholds in ascending order': withFit((values, { bits }) => {
    const fitted = asCodebook(values, bits);
    return { ...fitted, values: fitted.values.toReversed() };
  }),
  'gives only codes that have a level': withFit((values, { bits }) => {
    const fitted = asCodebook(values, bits);
    return { ...fitted, thresholds: fitted.values };
  }),
  'does not change the values': withFit((values, context, honestly) => {
    const fitted = honestly(values, context);
    values.sort();
    return fitted;
  }),
  'gives the same parameters for the same values and seed': withGrid((fitted) => {
    const nudge = calls++ % 2 === 0 ? 1 : 1 + 2 ** -23;
    return { ...fitted, offset: Math.fround((fitted.offset ?? 0) * nudge) };
  }),
  'bears importance': withFit((values, context, honestly) => {
    if (context.importance !== undefined) throw new Error('importance is not supported');
    return honestly(values, context);
  }),
  'decodes a decoded value to itself': withFit((values, { bits }) => {
    const fitted = asCodebook(values, bits);
    const step = (fitted.values[1] ?? 0) - (fitted.values[0] ?? 0);
    return {
      ...fitted,
      thresholds: fitted.values.slice(0, -1).map((value) => value - Math.min(0.1 * step, 1)),
    };
  }),
  'is never much worse with more bits': withGrid((fitted) =>
    fitted.levels === 256 && fitted.scale < 1
      ? { ...fitted, levels: 2, scale: Math.fround(fitted.scale * 255) }
      : fitted,
  ),
  'represents a constant slice': withGrid((fitted, values) =>
    isConstant(values) && values.length > 1 && values[0] !== 0 ? { ...fitted, offset: 0 } : fitted,
  ),
  'represents a slice of zeros': withGrid((fitted, values) =>
    values.length > 1 && values.every((value) => value === 0) ? { ...fitted, scale: 1, offset: 1 } : fitted,
  ),
  'represents a slice of one value': withGrid((fitted, values) =>
    values.length === 1 ? { ...fitted, offset: 0 } : fitted,
  ),
  'treats a tiny deviation as none': withGrid((fitted, values) =>
    fitted.scale === 0 && values.length > 0 && !isConstant(values)
      ? { ...fitted, scale: Math.fround(1e-40) }
      : fitted,
  ),
  'stays finite for huge values': withGrid((fitted) =>
    fitted.scale > 1e37 ? { ...fitted, scale: Infinity } : fitted,
  ),
  'gives an empty slice finite parameters and scale 0': withGrid((fitted, values) =>
    values.length === 0 ? { ...fitted, offset: NaN } : fitted,
  ),
  'scales its levels with the values': withFit((values, { bits }) => {
    const { min, max } = range(values);
    return grid(values, bits, max - min > 5 && max - min < 1e30 ? 1.1 : 1);
  }),
  'shifts its levels with the values': withFit((values, { bits }) => {
    const { min, max } = range(values);
    return grid(values, bits, Math.abs(min + max) > 4 * (max - min) ? 1.1 : 1);
  }),
  'mirrors its levels with the values': withFit((values, { bits }) => {
    const { min, max } = range(values);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return grid(values, bits, mean < (min + max) / 2 ? 1.1 : 1);
  }),
};

/** Its step is a power of two, so its levels scale with the values by powers of two alone. */
export const scalesByPowersOfTwo: Quantizer = withGrid((fitted) => {
  if (fitted.scale === 0 || fitted.scale > 1e30) return fitted;
  return { ...fitted, scale: 2 ** Math.ceil(Math.log2(fitted.scale)) };
});

const refit: NonNullable<Quantizer['refit']> = (_values, { previous }) => previous;
/** A quantizer with `refit` that keeps every law, and one that moves frozen values. */
export const refitting: Quantizer = { ...honest, refit };
export const forgetful: Quantizer = { ...honest, refit: (values, context) => honest.fit(values, context) };

/** It offers 0 as a level by an option, and keeps every law. */
export const offersZero: Quantizer = {
  ...withFit((values, context, honestly) =>
    context.options['mode'] === 'plain' ? honestly(values, context) : gridWithZero(values, context.bits),
  ),
  options: { mode: { type: 'choice', default: 'plain', values: ['plain', 'zero'], help: 'how' } },
  grids: { 'zero-point': { mode: 'zero' } },
};

/** Its slices share the levels of an even grid over them all, in a codebook. */
export const sharing: Quantizer = {
  ...honest,
  fit: (values, { bits }) => asCodebook(values, bits),
  fitTensor(slices, { bits }) {
    const all = Float32Array.from(slices.flatMap((values) => [...values]));
    const { values } = asCodebook(all, bits);
    return slices.map(() => ({ kind: 'codebook', values, scale: 1 }));
  },
};

/** Quantizers whose grids are not all what they declare: only where values lie to both sides of 0, or not the middle. */
export const wrongGrids: Readonly<Record<string, Quantizer>> = {
  'spans the values alone': { ...offersZero, grids: { 'zero-point': {} } },
  'has another zero point in each slice': { ...offersZero, grids: { symmetric: { mode: 'zero' } } },
  'has levels anywhere': {
    ...honest,
    fit: (values, { bits }) => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const [middle, reach] = values.length === 0 ? [0, 0] : [(low + high) / 2, (high - low) / 2];
      const cube = (_: unknown, i: number) => middle + reach * ((2 * i) / (2 ** bits - 1) - 1) ** 3;
      return { kind: 'codebook', values: Float32Array.from({ length: 2 ** bits }, cube) };
    },
    grids: { even: {} },
  },
};

/** It measures the range of the values and 0 on every call, declares that, and keeps every law. */
export const spanning: Quantizer = {
  ...honest,
  roles: ['activation'],
  bits: { activation: [4, 8] },
  dynamic: 'range',
  fit: (values, { bits }) => gridWithZero(values, bits),
};

/** Quantizers that measure something else than they declare. */
export const wrongRanges: Readonly<Record<string, Quantizer>> = {
  'spans the values without 0': { ...spanning, fit: (values, { bits }) => grid(values, bits) },
  'spans part of the values': { ...spanning, fit: (values, { bits }) => gridWithZero(values.slice(1), bits) },
  'spans twice the range': { ...spanning, fit: (values, { bits }) => grid(values, bits, 2) },
  'has one level less': { ...spanning, fit: (values, { bits }) => lessOne(gridWithZero(values, bits)) },
  'has levels of its own': { ...spanning, fit: (values, { bits }) => asCodebook(values, bits) },
  'sees one sample': { ...spanning, observes: 'samples' },
};

const lessOne = (fitted: SliceParameters): SliceParameters =>
  fitted.kind === 'affine' ? { ...fitted, levels: fitted.levels - 1 } : fitted;

function gridWithZero(values: Float32Array, bits: number): SliceParameters {
  const { min, max } = range(values);
  const fitted = grid(Float32Array.of(Math.min(min, 0), Math.max(max, 0)), bits);
  const zeroPoint = fitted.scale === 0 ? 0 : Math.round(-(fitted.offset ?? 0) / fitted.scale);
  if (min === max) return { ...fitted, scale: 0, offset: min };
  const first = Math.max(-zeroPoint * fitted.scale, -largestFloat32);
  return { ...fitted, offset: fitted.scale === 0 ? (min + max) / 2 : Math.fround(first) };
}

/** Reports a typed error for huge values, which is allowed. */
export const refusesHuge: Quantizer = withFit((values, context, honestly) => {
  const { max } = range(values);
  if (max > 1e38) throw new LowbitError({ code: 'invalid-argument', where: 'refuses-huge' });
  return honestly(values, context);
});
