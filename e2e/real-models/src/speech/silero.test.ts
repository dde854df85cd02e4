import { expect, it } from 'vitest';
import { sileroTask } from './silero.js';

it('hears both the sentences and the pauses', async () => {
  const task = sileroTask();
  const float = await task.run(await task.load());
  const { speech, windows } = float.task.numbers;
  expect(windows).toBeGreaterThan(150);
  expect(speech).toBeGreaterThan(0.4 * windows!);
  expect(windows! - speech!).toBeGreaterThan(0.15 * windows!);
  expect(task.compare(float, float)).toMatchObject({ kept: 1, usable: true });
  const deaf = { ...float, answers: float.answers.map(() => false) };
  expect(task.compare(float, deaf).usable).toBe(false);
});
