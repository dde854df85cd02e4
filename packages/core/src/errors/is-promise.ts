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

/** Takes the rejections of all promises in a result that is refused: in its members and in theirs. */
export function takeRejections(refused: unknown, depth = 2): void {
  if (typeof refused !== 'object' || refused === null || ArrayBuffer.isView(refused)) return;
  if (isPromise(refused) || depth === 0) return;
  const members = refused instanceof Map ? [...refused.values()] : Object.values(refused);
  members.forEach((member: unknown) => takeRejections(member, depth - 1));
}
