import { isLowbitError, type Plugin, type Problem, type Registry } from '@lowbit/core';
import { choosePluginOf, chooseQuantizer, nearestName, suggestName, type Role } from '@lowbit/core/adapter';
import { bitsExpected, quoted } from './option-values.js';
import { UsageError, usageError } from './usage-error.js';

/**
 * Checks that a choice is a method for the role: a name, or `name:option=value,option=value`.
 *
 * @throws UsageError naming the option that asks for it.
 */
export function checkMethod(choice: string, option: string, methods: Registry, role: Role): void {
  const fitting = methods.list().flatMap((plugin) => (fits(plugin, role) ? [plugin.name] : []));
  checkKnown(choice, option, methods, fitting);
  const { roles, name } = asUsage(option, () => chooseQuantizer(choice, methods)).quantizer;
  if (roles.includes(role)) return;
  const remedy = `These are: ${fitting.join(', ')}.`;
  throw usageError({ where: option, expected: `a method for ${role}s`, received: name, remedy });
}

function fits(plugin: Plugin, role: Role): boolean {
  return plugin.kind === 'quantizer' && plugin.roles.includes(role);
}

/** Checks that a name is that of a quantizer, which one of another role is too. */
function checkKnown(choice: string, option: string, methods: Registry, fitting: readonly string[]): void {
  const name = choice.replace(/:.*$/s, '');
  if (namesOf(methods, 'quantizer').includes(name)) return;
  const isPolicy = namesOf(methods, 'policy').includes(name);
  const near = nearestName(name, fitting);
  const meant = near === undefined ? 'Run lowbit methods for the list.' : `Did you mean ${near}?`;
  throw new UsageError({
    code: 'unknown-plugin',
    where: `${option}: quantizer '${name}'`,
    expected: `one of ${fitting.join(', ')}`,
    remedy: isPolicy ? `It is a policy, which chooses bits: --bits ${choice}.` : meant,
  });
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
  asUsage('--bits', () => choosePluginOf('policy', choice, methods));
}

function namesOf(methods: Registry, kind: Plugin['kind']): readonly string[] {
  return methods.list().flatMap((plugin) => (plugin.kind === kind ? [plugin.name] : []));
}

function asUsage<T>(option: string, choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const [first, ...rest] = error.problems.map((problem) => ({
      ...problem,
      where: `${option}: ${problem.where}`,
    }));
    throw new UsageError([first as Problem, ...rest], { cause: error });
  }
}
