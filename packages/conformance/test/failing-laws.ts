import type { Law } from '../src/index.js';

/** Titles of the laws that are broken, with their messages. */
export async function failingLaws(
  laws: readonly Law[],
): Promise<readonly { title: string; message: string }[]> {
  const failures: { title: string; message: string }[] = [];
  for (const { title, run } of laws) {
    try {
      await run();
    } catch (error) {
      failures.push({ title, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return failures;
}
