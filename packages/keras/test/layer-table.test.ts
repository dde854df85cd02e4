import { expect, it } from 'vitest';

import { activationClasses } from '../src/layers/activation.js';
import { attentionClasses } from '../src/layers/attention.js';
import { convolutionClasses } from '../src/layers/convolution.js';
import { linearClasses } from '../src/layers/linear.js';
import { mergeClasses } from '../src/layers/merge.js';
import { normalizationClasses } from '../src/layers/normalization.js';
import { poolingClasses } from '../src/layers/pooling.js';
import { recurrentClasses } from '../src/layers/recurrent.js';
import { shapingClasses } from '../src/layers/shaping.js';
import { readKeras, type KerasNetwork } from '../src/index.js';
import './in-place.js';
import { kerasCases } from './cases.js';

const archives = [
  'keras2',
  'keras2-sequences',
  'keras2-spatial',
  'keras3',
  'keras3-sequences',
  'keras3-spatial',
] as const;

/** They do nothing when a model is used, as those of two dimensions, which are in fixtures. */
const idle = ['SpatialDropout1D', 'SpatialDropout3D', 'Identity'];

function classesOf({ layers }: KerasNetwork): readonly string[] {
  return layers.flatMap(function own(layer): readonly string[] {
    const inside = layer.network === undefined ? [] : classesOf(layer.network);
    return [layer.className, ...inside, ...Object.values(layer.parts).flatMap(own)];
  });
}

it('every class that is known was saved by Keras in a fixture', async () => {
  const found = new Set<string>();
  for (const archive of archives)
    for (const files of (await kerasCases(archive)).values()) {
      const model = await readKeras(files.get('model.keras')!);
      classesOf(model.network).forEach((name) => found.add(name));
      model.close();
    }
  const known = Object.keys({
    ...linearClasses,
    ...convolutionClasses,
    ...poolingClasses,
    ...normalizationClasses,
    ...activationClasses,
    ...mergeClasses,
    ...recurrentClasses,
    ...attentionClasses,
    ...shapingClasses,
  });
  expect(known.filter((name) => !found.has(name))).toEqual(idle);
});
