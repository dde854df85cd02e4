import { isLowbitError, type Problem } from '@lowbit/core';

/** What is wrong, as data that can be sent to the page. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (isLowbitError(error)) return error.problems;
  const received = error instanceof Error ? error.message : String(error);
  return [{ code: 'unexpected', where: 'playground', received, remedy: 'Reload the page and try again.' }];
}
