import { createHash } from 'node:crypto';
import { quantize, type Recipe } from '@lowbit/core';
import { dynamic, horq, minMax, slq } from '@lowbit/methods';
import type { OnnxOptions } from '../../src/onnx-options.js';
import { onnx } from '../../src/port.js';
import { readModel } from '../../src/read/read-model.js';
import { serializeModel } from '../../src/schema/proto.js';
import { allKindsModel } from './all-kinds-model.js';
import { plainMinMax } from './plain-min-max.js';
import { plainAbsmax } from './plain-quantizers.js';

/** A written file, and the one that it was written from. */
export interface CheckedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const versions = [
  { opset: 7, ir: 3 },
  { opset: 8, ir: 3 },
  { opset: 8, ir: 6 },
  { opset: 9, ir: 4 },
  { opset: 11, ir: 6 },
  { opset: 13, ir: 7 },
  { opset: 17, ir: 8 },
  { opset: 21, ir: 10 },
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
      const recipe = { weights: plainAbsmax, bits: 8, activations: dynamic() };
      const form = { integers: 'operators' } as const;
      if (version.opset >= 11) yield { name: `${name}: integers`, bytes: await written(bytes, form, recipe) };
    }
  }
}

async function written(bytes: Uint8Array, options: OnnxOptions, recipe: Recipe): Promise<Uint8Array> {
  const { model } = await quantize(onnx(bytes, options), recipe);
  const { proto } = readModel(model.bytes);
  // The records hold the version of the package.
  proto.metadataProps = [];
  return serializeModel(proto, 'checked');
}

/** What tells a file from others, in 16 hexadecimal digits. */
export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);
