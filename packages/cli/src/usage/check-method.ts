import {
  choosePluginOf,
  chooseQuantizer,
  isLowbitError,
  nearestName,
  suggestName,
  type Plugin,
  type Problem,
  type Registry,
  type Role,
} from '@lowbit/core';

import { bitsExpected, quoted } from './option-values.js';
import { UsageError, usageError } from './usage-error.js';

/**
 * Checks that a choice is a method for the role: a name, or `name:option=value,option=value`.
 *
 * @throws UsageError naming the option that asks for it.
 */
export function checkMethod(choice: string, option: string, methods: Registry, role: Role): void {
  const { roles, name } = asUsage(option, methods, () => chooseQuantizer(choice, methods)).quantizer;
  if (roles.includes(role)) return;
  const quantizers = methods.list().filter((plugin) => plugin.kind === 'quantizer');
  const fitting = quantizers.filter((quantizer) => quantizer.roles.includes(role));
  const remedy = `These are: ${fitting.map((quantizer) => quantizer.name).join(', ')}.`;
  throw usageError({ where: option, expected: `a method for ${role}s`, received: name, remedy });
}

/**
 * Checks that the method offers a width.
 *
 * @throws UsageError `unsupported-bits`, naming the option that asks for it.
 */
export function checkMethodBits(
  choice: string,
  bits: number,
  option: string,
  methods: Registry,
  role: Role = 'weight',
): void {
  const { name, bits: offered } = chooseQuantizer(choice, methods).quantizer;
  if (offered[role]?.includes(bits)) return;
  const expected = `one of ${offered[role]?.join(', ')}, which ${name} offers`;
  throw new UsageError({ code: 'unsupported-bits', where: option, expected, received: String(bits) });
}

/** Checks that `--bits` names a policy, with options that it has. @throws UsageError. */
export function checkPolicy(choice: string, methods: Registry): void {
  const known = namesOf(methods, 'policy');
  const name = choice.replace(/:.*$/s, '');
  if (!known.includes(name))
    throw usageError({
      where: '--bits',
      expected: `${bitsExpected}, or one of the policies ${known.join(', ')}`,
      received: quoted(choice),
      ...suggestName(name, known),
    });
  asUsage('--bits', methods, () => choosePluginOf('policy', choice, methods));
}

function namesOf(methods: Registry, kind: Plugin['kind']): readonly string[] {
  return methods.list().flatMap((plugin) => (plugin.kind === kind ? [plugin.name] : []));
}

function asUsage<T>(option: string, methods: Registry, choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [first, ...rest] = error.problems.map((problem) => withHint(option, methods, problem));
    throw new UsageError([first as Problem, ...rest], { cause: error });
  }
}

function withHint(option: string, methods: Registry, problem: Problem): Problem {
  const where = `${option}: ${problem.where}`;
  if (problem.code !== 'unknown-plugin') return { ...problem, where };
  const asked = /'(.*)'/.exec(problem.where)?.[1] ?? '';
  const near = nearestName(asked, namesOf(methods, 'quantizer'));
  const remedy = near === undefined ? 'Run lowbit methods for the list.' : `Did you mean ${near}?`;
  return { ...problem, where, remedy };
}
