import { expect, it } from 'vitest';
import { NOT_USABLE } from '../task.js';
import { detectorTask } from './detector.js';

it('finds nearly every line on the page and on the photographs', async () => {
  const task = detectorTask();
  const float = await task.run(await task.load());
  expect(float.task.numbers.found).toBeGreaterThanOrEqual(35);
  expect(float.task.numbers.boxes).toBeLessThanOrEqual(40);
  expect(task.compare(float, float)).toMatchObject({ sqnrDb: Infinity, kept: 1, confirmed: 1, usable: true });
  const blind = { ...float, answers: float.answers.map((page) => page.slice(5)) };
  expect(task.compare(float, blind).summary).toContain(NOT_USABLE);
  const dreaming = { ...float, answers: float.answers.map((page) => [...page, ...page]) };
  expect(task.compare(float, dreaming)).toMatchObject({ kept: 1, confirmed: 0.5, usable: false });
});
