import { LowbitError, type Problem } from '@lowbit/core';
import { readInput } from './read-input.js';

/**
 * The value in a JSON file.
 *
 * @param problem - what it is when the file is not JSON, and what to do then
 * @throws LowbitError with that code, or an error of the file system.
 */
export async function readJson(
  path: string,
  problem: Pick<Problem, 'code' | 'remedy'>,
  signal: AbortSignal,
): Promise<unknown> {
  const text = new TextDecoder().decode(await readInput(path, signal));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const received = (cause as Error).message;
    throw new LowbitError({ ...problem, where: path, expected: 'JSON', received }, { cause });
  }
}
