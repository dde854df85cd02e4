import { afterEach, expect, test, vi } from 'vitest';
import { pauses } from './pause.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether a timer that was set before had its turn by the time that the work is done. */
async function letsTimersRun(work: () => Promise<void>): Promise<boolean> {
  let ran = false;
  const timer = setTimeout(() => (ran = true), 0);
  await work();
  clearTimeout(timer);
  return ran;
}

test('others have a turn at first, and then every few milliseconds', async () => {
  const now = vi.spyOn(Date, 'now').mockReturnValue(1000);
  const pause = pauses(undefined);
  expect(await letsTimersRun(pause)).toBe(true);
  now.mockReturnValue(1010);
  expect(await letsTimersRun(pause)).toBe(false);
  now.mockReturnValue(1020);
  expect(await letsTimersRun(pause)).toBe(true);
});

test('cancelled work stops at once, with the reason', async () => {
  const stop = new AbortController();
  const pause = pauses(stop.signal);
  await pause();
  stop.abort('enough');
  await expect(pause()).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
});
