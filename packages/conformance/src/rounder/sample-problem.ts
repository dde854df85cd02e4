import { seededRandom } from '@lowbit/core';
import { levelsOf, levelValue, optionsOf, sliceParameters } from '@lowbit/core/method';
import type { Rounder, RoundingContext, Scheme } from '@lowbit/core/method';
import { normalValues } from '../samples.js';

/** Weights that are to be rounded, and all that a rounder knows of them. */
export interface SampleProblem {
  readonly name: string;
  readonly values: Float32Array;
  readonly scheme: Scheme;
  readonly context: RoundingContext;
}

/** What is made of the inputs of a sample. */
export type SampleInputs = 'ordinary' | 'dead' | 'few rows' | 'one input';

const shapes: Readonly<Record<SampleInputs, readonly Shape[]>> = {
  // Nine inputs, as in a filter of 3 × 3; more than a hundred rows; slices within a channel.
  ordinary: [
    { channels: 4, inputs: 9, group: 9, rows: 100, dead: 0 },
    { channels: 3, inputs: 70, group: 16, rows: 120, dead: 0 },
  ],
  dead: [
    { channels: 3, inputs: 70, group: 70, rows: 120, dead: 3 },
    { channels: 2, inputs: 4, group: 4, rows: 5, dead: 4 },
  ],
  'few rows': [{ channels: 2, inputs: 20, group: 20, rows: 5, dead: 0 }],
  'one input': [{ channels: 1, inputs: 1, group: 1, rows: 3, dead: 0 }],
};

/** Problems with levels of all kinds. */
export function sampleProblems(rounder: Rounder, inputs: SampleInputs): readonly SampleProblem[] {
  return shapes[inputs].flatMap((shape) =>
    (['affine', 'codebook', 'residual'] as const).map((kind) => sampleProblem(rounder, kind, shape)),
  );
}

interface Shape {
  readonly channels: number;
  readonly inputs: number;
  /** Inputs of a channel that share a slice. */
  readonly group: number;
  readonly rows: number;
  /** Inputs that were always 0. */
  readonly dead: number;
}

function sampleProblem(rounder: Rounder, kind: Scheme['kind'], shape: Shape): SampleProblem {
  const { channels, inputs, group, rows, dead } = shape;
  const groups = Math.ceil(inputs / group);
  const values = normalValues(channels * inputs, inputs, 0.1);
  const slices = Uint32Array.from(
    values,
    (_, i) => Math.floor(i / inputs) * groups + Math.floor((i % inputs) / group),
  );
  const scheme = sampleScheme(kind, channels * groups);
  const { gram, mean } = sampleInputs(shape);
  const needs = (need: Rounder['needs'][number], numbers: Float32Array) =>
    rounder.needs.includes(need) ? numbers : new Float32Array();
  return {
    name: `${kind} levels, ${channels} channels of ${inputs} inputs, ${dead} of them always 0, ${rows} rows`,
    values,
    scheme,
    context: {
      bits: 2,
      options: optionsOf(rounder, {}),
      layout: { channels, inputs, slices },
      nearest: nearestCodes(values, slices, scheme),
      gram: needs('gram', gram),
      heldOutGram: needs('gram', gram),
      inputMean: needs('inputMean', mean),
      random: seededRandom(3),
    },
  };
}

/** The means of x xᵀ and x over rows in which neighbouring inputs are alike, as in pictures. */
function sampleInputs({ inputs, rows, dead }: Shape) {
  const gram = new Float32Array(inputs * inputs);
  const mean = new Float32Array(inputs);
  const noise = normalValues(rows * (inputs + 1), rows, 1, 0.3);
  for (let from = 0; from < noise.length; from += inputs + 1) {
    const x = Array.from({ length: inputs }, (_, i) =>
      i < dead ? 0 : (noise[from + i] as number) + (noise[from + i + 1] as number),
    );
    x.forEach((own, i) => {
      mean[i]! += own / rows;
      for (let j = 0; j < inputs; j++) gram[i * inputs + j]! += (own * (x[j] as number)) / rows;
    });
  }
  return { gram, mean };
}

/** Four levels a slice, not the same in all of them. */
function sampleScheme(kind: Scheme['kind'], slices: number): Scheme {
  const size = (slice: number) => 1 + (slice % 3) / 4;
  const each = (numbers: readonly number[]) =>
    Float32Array.from(
      { length: slices * numbers.length },
      (_, i) => size(Math.floor(i / numbers.length)) * (numbers[i % numbers.length] as number),
    );
  if (kind === 'affine') return { kind, levels: 4, scale: each([0.09]), offset: each([-0.14]) };
  if (kind === 'codebook') return { kind, levels: 4, values: each([-0.16, -0.03, 0.04, 0.15]) };
  return { kind, order: 2, scales: each([0.09, 0.05]) };
}

/** The codes of the levels that are nearest. */
export function nearestCodes(values: Float32Array, slices: Uint32Array, scheme: Scheme): Uint8Array {
  const levels = Array.from({ length: levelsOf(scheme) }, (_, code) => code);
  return Uint8Array.from(values, (value, i) => {
    const level = levelValue(sliceParameters(scheme, slices[i] as number));
    const off = (code: number) => Math.abs(level(code) - value);
    return levels.reduce((best, code) => (off(code) < off(best) ? code : best), 0);
  });
}

/** What codes stand for. */
export function valuesOf(codes: ArrayLike<number>, { scheme, context: { layout } }: SampleProblem): number[] {
  return Array.from(codes, (code, i) =>
    levelValue(sliceParameters(scheme, layout.slices[i] as number))(code),
  );
}

/** A problem that may be written on. */
export function ownProblem(problem: SampleProblem): SampleProblem {
  const { values, context } = problem;
  const { layout, nearest, gram, heldOutGram, inputMean } = context;
  return {
    ...problem,
    values: values.slice(),
    scheme: ownScheme(problem.scheme),
    context: {
      ...context,
      layout: { ...layout, slices: layout.slices.slice() },
      nearest: nearest.slice(),
      gram: gram.slice(),
      heldOutGram: heldOutGram.slice(),
      inputMean: inputMean.slice(),
      random: seededRandom(3),
    },
  };
}

function ownScheme(scheme: Scheme): Scheme {
  if (scheme.kind === 'residual') return { ...scheme, scales: scheme.scales.slice() };
  if (scheme.kind === 'codebook') return { ...scheme, values: scheme.values.slice() };
  const { scale, offset } = scheme;
  return { ...scheme, scale: scale.slice(), ...(offset === undefined ? {} : { offset: offset.slice() }) };
}
