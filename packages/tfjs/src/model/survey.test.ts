import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { crossSharedModel, sequenceModel, sharedModel } from '../../test/models.js';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { disposeWeights } from './dispose-weights.js';
import { surveyModel } from './survey.js';

onEveryBackend('surveyModel', (test) => {
  test('opens nested models in the order of execution; a shared layer comes once', () => {
    const model = sharedModel();
    expect(surveyModel(model).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'shared',
      'inner/dense',
      'inner/out',
      'join',
    ]);
    disposeWeights(model);
  });

  test('opens wrappers', () => {
    const model = sequenceModel();
    expect(surveyModel(model).map(({ id }) => id)).toEqual([
      'words',
      'both/forward_lstm',
      'both/backward_lstm',
      'each/dense',
      'gru',
    ]);
    disposeWeights(model);
  });

  test('a weight shared by an outer and a nested model has one id', () => {
    const model = crossSharedModel();
    const ids = surveyModel(model).map(({ id, variables }) => [id, variables.map((variable) => variable.id)]);
    expect(ids).toEqual([
      ['x', []],
      ['shared', ['shared/kernel', 'shared/bias']],
      ['nested/shared', ['shared/kernel', 'shared/bias']],
    ]);
    disposeWeights(model);
  });

  test('slashes in names do not make two ids equal', () => {
    const { layers } = tfLayers;
    const dense = (name: string) => layers.dense({ name, units: 2, inputShape: [2] });
    const nested = tfLayers.sequential({ name: 'a', layers: [dense('b')] });
    const model = tfLayers.sequential({ layers: [dense('a/b'), nested] });
    expect(surveyModel(model).map(({ id }) => id)).toEqual(['a/b', 'a/b#2']);
    disposeWeights(model);
  });
});
