import { expect, it } from 'vitest';
import { PHRASES } from '../text/phrases.js';
import { recognizerTask } from './recognizer.js';

it('reads at least 100 of the 120 strings', async () => {
  const task = recognizerTask();
  const float = await task.run(await task.load());
  expect(PHRASES).toHaveLength(120);
  expect(float.task.numbers.read).toBeGreaterThanOrEqual(100);
  expect(task.compare(float, float)).toMatchObject({ kept: 1, usable: true });
  const forgetful = { ...float, answers: float.answers.map((text, i) => (i % 5 === 0 ? '' : text)) };
  expect(task.compare(float, forgetful).usable).toBe(false);
});
