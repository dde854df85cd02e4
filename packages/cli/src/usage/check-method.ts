import { chooseQuantizer, isLowbitError, type Problem, type Role } from '@lowbit/core';
import { registry } from '@lowbit/methods';

import { nearest } from './nearest.js';
import { UsageError, usageError } from './usage-error.js';

/** A parser for a method: a name, or `name:option=value,option=value`, that the registry can resolve. */
export function methodParser(option: string, role: Role): (choice: string) => string {
  return (choice) => {
    const { roles, name } = asUsage(option, () => chooseQuantizer(choice, registry)).quantizer;
    if (roles.includes(role)) return choice;
    const remedy = `These are: ${namesFor(role).join(', ')}.`;
    throw usageError({ where: option, expected: `a method for ${role}s`, received: name, remedy });
  };
}

/**
 * Checks that the method offers a width.
 *
 * @throws UsageError `unsupported-bits`, naming the option that asks for it.
 */
export function checkMethodBits(choice: string, bits: number, option: string, role: Role = 'weight'): void {
  const { name, bits: offered } = chooseQuantizer(choice, registry).quantizer;
  if (offered[role]?.includes(bits)) return;
  const expected = `one of ${offered[role]?.join(', ')}, which ${name} offers`;
  throw new UsageError({ code: 'unsupported-bits', where: option, expected, received: String(bits) });
}

function namesFor(role: Role): readonly string[] {
  const quantizers = registry.list().filter((plugin) => plugin.kind === 'quantizer');
  return quantizers.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
}

function asUsage<T>(option: string, choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [first, ...rest] = error.problems.map((problem) => withHint(option, problem));
    throw new UsageError([first as Problem, ...rest], { cause: error });
  }
}

function withHint(option: string, problem: Problem): Problem {
  const where = `${option}: ${problem.where}`;
  if (problem.code !== 'unknown-plugin') return { ...problem, where };
  const asked = /'(.*)'/.exec(problem.where)?.[1] ?? '';
  const near = nearest(
    asked,
    registry.list().map((plugin) => plugin.name),
  );
  const remedy = near === undefined ? 'Run lowbit methods for the list.' : `Did you mean ${near}?`;
  return { ...problem, where, remedy };
}
