/**
 * Whether a plugin returned a promise where its result is wanted at once. Nobody will wait for it, so that a rejection of it is
 * taken here: it would end the process.
 */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const then = (value as { then?: unknown } | null | undefined)?.then;
  if (typeof then !== 'function') return false;
  Promise.resolve(value).catch(() => undefined);
  return true;
}
