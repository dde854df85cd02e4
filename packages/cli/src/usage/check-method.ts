import { chooseQuantizer, isLowbitError, type Problem } from '@lowbit/core';
import { registry } from '@lowbit/methods';

import { nearest } from './nearest.js';
import { UsageError, usageError } from './usage-error.js';

/** Parses the value of `--weights`: a name, or `name:option=value,option=value`, that the registry can resolve. */
export function checkMethod(choice: string): string {
  const { roles, name } = asUsage(() => chooseQuantizer(choice, registry)).quantizer;
  if (roles.includes('weight')) return choice;
  throw usageError({ where: '--weights', expected: 'a method for weights', received: name });
}

/**
 * Checks that the method offers a width for weights.
 *
 * @throws UsageError `unsupported-bits`, naming the option that asks for it.
 */
export function checkMethodBits(choice: string, bits: number, option: string): void {
  const { name, bits: offered } = chooseQuantizer(choice, registry).quantizer;
  if (offered.weight?.includes(bits)) return;
  const expected = `one of ${offered.weight?.join(', ')}, which ${name} offers`;
  throw new UsageError({ code: 'unsupported-bits', where: option, expected, received: String(bits) });
}

function asUsage<T>(choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [first, ...rest] = error.problems.map(withHint);
    throw new UsageError([first as Problem, ...rest], { cause: error });
  }
}

function withHint(problem: Problem): Problem {
  const where = `--weights: ${problem.where}`;
  if (problem.code !== 'unknown-plugin') return { ...problem, where };
  const asked = /'(.*)'/.exec(problem.where)?.[1] ?? '';
  const near = nearest(
    asked,
    registry.list().map((plugin) => plugin.name),
  );
  const remedy = near === undefined ? 'Run lowbit methods for the list.' : `Did you mean ${near}?`;
  return { ...problem, where, remedy };
}
