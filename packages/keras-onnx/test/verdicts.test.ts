import { isLowbitError, quantize, type Recipe } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { it } from 'vitest';
import { toOnnx, type ToOnnxOptions } from '../src/index.js';
import { kerasCases, modelFileOf } from '../../keras/test/cases.js';
import { type CheckedFile, expectVerdicts } from '../../onnx/test/helpers/expect-verdicts.js';
import { opsetCases, opsets } from './opset-cases.js';
import { ownCases } from './support.js';

const archives = [
  ...(['keras3', 'keras2', 'keras3-spatial', 'keras3-sequences', 'keras3-arithmetic'] as const),
  ...(['keras3-wiring', 'keras3-functions', 'keras2-functions', 'keras3-operations'] as const),
  'keras3-tensors' as const,
];

const recipes: Readonly<Record<string, Recipe>> = {
  'min-max, 4 bits': { weights: 'min-max', bits: 4 },
  'SLQ, 3 bits, groups': { weights: 'slq', bits: 3, granularity: 'group:4' },
  'HORQ, 2 bits, activations': { weights: 'horq', bits: 2, activations: 'horq', activationBits: 2 },
  'min-max, 8 bits, dynamic': { weights: 'min-max', activations: 'dynamic' },
};

/** The file of a model; none where it is refused. */
async function* written(
  name: string,
  model: KerasModel,
  options: ToOnnxOptions = {},
): AsyncGenerator<CheckedFile> {
  try {
    yield { name, bytes: (await toOnnx(model, options)).bytes };
  } catch (error) {
    if (!isLowbitError(error)) throw error;
  }
}

/** Every case, some of them in other versions of the operators, and some quantized. */
async function* checkedFiles(): AsyncGenerator<CheckedFile> {
  const lists = await Promise.all(archives.map(async (name) => [name, await kerasCases(name)] as const));
  for (const [archive, cases] of [...lists, ['models', ownCases] as const])
    for (const [name, files] of cases) {
      const model = await readKeras(modelFileOf(files));
      const where = `${archive}, ${name}`;
      yield* written(where, model);
      const isChosen = archive !== 'keras2' && (opsetCases as readonly string[]).includes(name);
      for (const opset of isChosen ? opsets : []) yield* written(`${where}, ${opset}`, model, { opset });
      const isQuantized = ['large_text_3', 'large_pictures_3', 'residual_3', 'conv2d', 'dense'].includes(
        name,
      );
      if (archive === 'keras3' || archive === 'models')
        for (const [recipe, settings] of isQuantized ? Object.entries(recipes) : []) {
          const { model: small } = await quantize(keras(model), { registry, ...settings });
          for (const opset of [13, 21])
            yield* written(`${where}, ${recipe}, ${opset}`, small, { registry, opset });
        }
      model.close();
    }
}

it('what is written passes the checks of the standard', () =>
  expectVerdicts(checkedFiles(), new URL('../fixtures/verdicts.json', import.meta.url)));
