import { afterEach, expect, test, vi } from 'vitest';
import { pauses } from './pause.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether an event that came before had its turn by the time that the work is done. */
async function letsEventsRun(work: () => Promise<void>): Promise<boolean> {
  let ran = false;
  const event = setImmediate(() => (ran = true));
  await work();
  clearImmediate(event);
  return ran;
}

test('others have a turn at first, and then every few milliseconds', async () => {
  const now = vi.spyOn(Date, 'now').mockReturnValue(1000);
  const pause = pauses(undefined, 'quantize');
  expect(await letsEventsRun(pause)).toBe(true);
  now.mockReturnValue(1010);
  expect(await letsEventsRun(pause)).toBe(false);
  now.mockReturnValue(1020);
  expect(await letsEventsRun(pause)).toBe(true);
});

test('cancelled work stops at once, with the reason', async () => {
  const stop = new AbortController();
  const pause = pauses(stop.signal, 'quantize');
  await pause();
  stop.abort('enough');
  await expect(pause()).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
});

test('hosts without setImmediate have a turn by a timer', async () => {
  vi.stubGlobal('setImmediate', undefined);
  const timer = vi.spyOn(globalThis, 'setTimeout');
  await pauses(undefined, 'quantize')();
  expect(timer).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
