/**
 * One thing that a plugin must keep. `run` returns when it is kept and throws an `Error` whose message says,
 * with numbers, how it is broken. A law can be run by any test runner, in any order, any number of times.
 */
export interface Law {
  readonly title: string;
  readonly run: () => void | Promise<void>;
}

/** Throws an error with the message unless the condition holds. */
export function must(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message());
}
