import { LowbitError } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import { wordValue } from '../errors/word-value.js';

/**
 * @param call How the function is called with a plan of the name `plan`, for instance `storedPlan(plan)`.
 * @throws LowbitError `invalid-argument` for what is no plan, which says what to write.
 */
export function checkIsPlan(value: unknown, call: string): void {
  const { weights, plan } = Object(value) as { weights?: unknown; plan?: unknown };
  if (Array.isArray(weights)) return;
  const having = (instead: string) => `${call.replace(/\bplan\b/, instead)}.`;
  const [received, remedy] = isPromise(value)
    ? ['a promise', `Await it: ${having('await plan')}`]
    : typeof value === 'string'
      ? ['a text', 'Parse it first: parsePlan(JSON.parse(text), name).']
      : plan !== undefined
        ? ['an object that holds a plan', `Give the plan in it: ${having('made.plan')}`]
        : [wordValue(value), 'Give what makePlan or parsePlan gave.'];
  throw new LowbitError({ code: 'invalid-argument', where: call, expected: 'a plan', received, remedy });
}
