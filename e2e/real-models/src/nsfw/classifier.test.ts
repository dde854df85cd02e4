import { memory, zerosLike } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { NOT_USABLE } from '../task.js';
import { classifierTask } from './classifier.js';

it('gives the same classes each time, keeps no tensors, and notices a ruined layer', async () => {
  const task = classifierTask(6);
  const model = await task.load();
  const float = await task.run(model);
  const tensors = memory().numTensors;
  const again = await task.run(model);
  expect(memory().numTensors).toBe(tensors);
  expect(task.compare(float, again)).toMatchObject({ sqnrDb: Infinity, kept: 1, usable: true });
  expect(float.answers).toHaveLength(24);
  expect(new Set(float.answers).size).toBeGreaterThan(1);

  const layer = model.getLayer('Conv1');
  layer.setWeights(layer.getWeights().map((weight) => zerosLike(weight)));
  expect(task.compare(float, await task.run(model)).summary).toContain(NOT_USABLE);
});
