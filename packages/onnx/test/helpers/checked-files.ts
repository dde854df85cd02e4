import { quantize, type Calibration, type Recipe } from '@lowbit/core';
import { dynamic, horq, minMax, slq } from '@lowbit/methods';
import type { OnnxOptions } from '../../src/onnx-options.js';
import { onnx } from '../../src/port.js';
import { allKindsModel } from './all-kinds-model.js';
import type { CheckedFile } from './expect-verdicts.js';
import { plainMinMax } from './plain-min-max.js';
import { plainAbsmax } from './plain-quantizers.js';

const versions = [
  { opset: 7, ir: 3 },
  { opset: 8, ir: 3 },
  { opset: 8, ir: 6 },
  { opset: 9, ir: 4 },
  { opset: 11, ir: 6 },
  { opset: 13, ir: 7 },
  { opset: 17, ir: 8 },
  { opset: 21, ir: 10 },
  { opset: 25, ir: 13 },
];

const recipes: Readonly<Record<string, Recipe>> = {
  'min-max, 3 bits, channel': { weights: minMax(), bits: 3 },
  'min-max, 4 bits, groups of 32, float16': {
    weights: minMax(),
    bits: 4,
    granularity: 'group:32',
    parameterStorage: 'float16',
  },
  'zero points, 4 bits, groups of 16': { weights: plainMinMax, bits: 4, granularity: 'group:16' },
  'symmetric, 8 bits, channel': { weights: plainAbsmax, bits: 8 },
  'codebooks, 2 bits, channel': { weights: slq(), bits: 2 },
  'residual signs, 2 bits, channel': { weights: horq(), bits: 2 },
};

/** With quantized activations, from which operator set on. */
const withActivations: Readonly<
  Record<string, { readonly least: number; readonly options: OnnxOptions; readonly recipe: Recipe }>
> = {
  integers: {
    least: 11,
    options: { integers: 'operators' },
    recipe: { weights: plainAbsmax, bits: 8, activations: dynamic() },
  },
  'integers of fixed ranges': {
    least: 9,
    options: { integers: 'operators' },
    recipe: { weights: plainAbsmax, bits: 8, activations: minMax() },
  },
  'integers, qdq': {
    least: 9,
    options: { integers: 'qdq' },
    recipe: { weights: plainAbsmax, bits: 8, activations: minMax() },
  },
  'activations of 4 bits': {
    least: 9,
    options: {},
    recipe: { weights: minMax(), bits: 4, activations: minMax(), activationBits: 4 },
  },
  'activations measured on every run': {
    least: 9,
    options: {},
    recipe: { weights: minMax(), bits: 8, activations: dynamic() },
  },
  'residual signs of each patch': {
    least: 9,
    options: {},
    recipe: { weights: horq(), bits: 2, activations: horq(), activationBits: 2 },
  },
};

/** The same range for every value that may be quantized, so that files are the same wherever they are written. */
async function everyRange(bytes: Uint8Array, options: OnnxOptions): Promise<Calibration> {
  const layers = await onnx(bytes, options).layers();
  const range = { count: 64, nonFinite: 0, batches: 1, min: -1, max: 2, movingMin: -1, movingMax: 2 };
  const ids = layers.flatMap(({ sites }) => sites.map(({ id }) => id));
  const sites = Object.fromEntries(ids.map((id) => [id, range]));
  return { format: 'lowbit-calibration', version: 1, port: 'onnx', batches: 1, sites };
}

/** Files of every form, operator set and purpose, the same on every machine, and the files that they come from. */
export async function* checkedFiles(): AsyncIterable<CheckedFile> {
  for (const version of versions) {
    for (const kind of ['initializer', 'constant-node'] as const) {
      const bytes = allKindsModel(version, kind);
      const name = `opset ${version.opset}, IR ${version.ir}, ${kind}`;
      yield { name, bytes };
      for (const [title, recipe] of Object.entries(recipes)) {
        for (const optimize of ['speed', 'memory'] as const)
          yield { name: `${name}: ${title}, ${optimize}`, bytes: await written(bytes, { optimize }, recipe) };
      }
      for (const [title, { least, options, recipe }] of Object.entries(withActivations)) {
        if (version.opset < least) continue;
        const given = { ...recipe, calibration: await everyRange(bytes, options) };
        yield { name: `${name}: ${title}`, bytes: await written(bytes, options, given) };
      }
    }
  }
}

async function written(bytes: Uint8Array, options: OnnxOptions, recipe: Recipe): Promise<Uint8Array> {
  const { model } = await quantize(onnx(bytes, options), recipe);
  return model.bytes;
}
