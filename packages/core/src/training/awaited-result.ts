import { LowbitError } from '../errors/error.js';
import { nextTurn } from '../session/pause.js';

/**
 * The result of a run as a promise that does not wait for ever: whoever waits for it before anybody iterates is rejected once
 * the event loop has turned, unless the iteration has begun by then, as in `Promise.all([loop(), run.result])`. The run goes
 * on as ever, and who waits later gets what it gives. Nobody has to look at a rejection.
 */
export function awaitedResult<T>(result: Promise<T>, hasBegun: () => boolean): Promise<T> {
  const awaited = async () => {
    if (!hasBegun()) await nextTurn();
    if (!hasBegun()) throw nobodyIterates();
    return result;
  };
  return {
    [Symbol.toStringTag]: 'Promise',
    then: (resolved, rejected) => awaited().then(resolved, rejected),
    catch: (rejected) => awaited().catch(rejected),
    finally: (settled) => awaited().finally(settled),
  };
}

function nobodyIterates(): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'run.result',
    expected: 'a run that somebody iterates over',
    received: 'one whose rounds nobody has asked for, so that there will be no result',
    remedy: 'Train first: for await (const round of run) await model.fit(…); then await run.result.',
  });
}
