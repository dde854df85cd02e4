import { LowbitError } from '../errors/error.js';

declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Looks at the run, and milliseconds between them: a second in all, of which work that blocks the host counts once. */
const looks = 20;
const interval = 50;

/**
 * The result of a run as a promise that does not wait for ever. Asking for it costs nothing; whoever waits for it, by `await`, `then` or
 * `Promise.all`, before anybody iterates is rejected after about a second, unless the iteration has begun by then: a
 * loop may stand beside it, and may open its data first. The run goes on as ever, and who waits later gets what it gives.
 * Nobody has to look at a rejection.
 */
export function awaitedResult<T>(result: Promise<T>, hasBegun: () => boolean): Promise<T> {
  const awaited = async () => {
    for (let look = 0; look < looks && !hasBegun(); look++) await pause();
    if (!hasBegun()) throw nobodyIterates();
    return result;
  };
  return {
    [Symbol.toStringTag]: 'Promise',
    then: (resolved, rejected) => unwatched(awaited(), rejected, (given) => given.then(resolved, rejected)),
    catch: (rejected) => awaited().catch(rejected),
    finally: (settled) => unwatched(awaited(), undefined, (given) => given.finally(settled)),
  };
}

const pause = () => new Promise<void>((resolve) => void setTimeout(resolve, interval));

/**
 * What follows a result. Where its failure is passed on, since nothing was given to take it, nobody has to look at that; errors of
 * the caller's own functions are the caller's.
 */
function unwatched<T, R>(given: Promise<T>, rejected: unknown, follow: (given: Promise<T>) => Promise<R>) {
  const followed: { promise?: Promise<R> } = {};
  if (typeof rejected !== 'function') given.catch(() => followed.promise?.catch(() => undefined));
  return (followed.promise = follow(given));
}

function nobodyIterates(): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'run.result',
    expected: 'a run that somebody iterates over',
    received: 'one whose rounds nobody asked for within a second, so that there may never be a result',
    remedy:
      'Train first: for await (const round of run) await model.fit(…); then await run.result. Where a loop beside it ' +
      'opens its data first, open them before, or await run.result after the loop.',
  });
}
