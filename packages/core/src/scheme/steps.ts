/** Work in steps, between which others may have a turn. */
export type Steps<T> = Generator<void, T>;

/** Does all steps at once. */
export function allSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
