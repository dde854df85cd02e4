import { quantize } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageModel } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { load, save, tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';

/** Artifacts in memory. */
function memoryHandler(): Required<tf.io.IOHandler> {
  let saved: tf.io.ModelArtifacts = {};
  return {
    save: async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    },
    // As another tool would have written it: nothing tells that lowbit did.
    load: async () => ({ ...saved, userDefinedMetadata: {} }),
  };
}

onEveryBackend('a file that holds integers or half precision', (test) => {
  for (const form of ['uint8', 'uint16', 'float16'] as const)
    test(`${form}: the report says that it was expanded first`, async () => {
      const original = imageModel();
      const { model: small } = await quantize(tfjs(original), { weights: grid, include: ['conv/*'] });
      const handler = memoryHandler();
      await save(small, handler, { format: 'plain', plain: form });
      const loaded = await load(handler);
      const { model, report } = await quantize(tfjs(loaded), { weights: grid, bits: 4 });
      const reasons = new Map(report.weights.map(({ id, storageReason }) => [id, storageReason]));
      expect(reasons.get('conv/kernel')).toContain(
        `; it was stored as ${form} and is expanded exactly first`,
      );
      expect(reasons.get('transposed/kernel')).not.toContain('expanded');
      for (const each of [original, small, loaded, model]) disposeWeights(each);
    });
});
