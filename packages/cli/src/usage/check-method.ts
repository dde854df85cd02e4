import { isLowbitError, type Plugin, type Problem, type QuantizationPlan, type Registry } from '@lowbit/core';
import {
  choosePluginOf,
  chooseQuantizer,
  nearestName,
  noRounder,
  suggestName,
  type Role,
} from '@lowbit/core/adapter';
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

/**
 * Checks that `--rounding` names a rounder, with options that it has, and that there are data for it.
 *
 * @param hasData Whether there are.
 * @throws UsageError.
 */
export function checkRounding(choice: string, hasData: boolean, methods: Registry): void {
  const known = [noRounder, ...namesOf(methods, 'rounder')];
  const name = choice.replace(/:.*$/s, '');
  if (choice === noRounder) return;
  if (!known.includes(name))
    throw usageError({
      where: '--rounding',
      expected: `one of ${known.join(', ')}`,
      received: quoted(choice),
      ...suggestName(name, known),
    });
  const { plugin } = asUsage('--rounding', () => choosePluginOf('rounder', choice, methods));
  if (plugin.needs.length > 0 && !hasData) throw withoutInputs('--rounding', name);
}

/** @throws UsageError for a plan with a rounder, or with biases, that have nothing to look at. */
export function checkPlannedRounding({ weights, biases = [] }: QuantizationPlan, methods: Registry): void {
  const names = weights.flatMap((entry) => (entry.bits === 'float' ? [] : (entry.rounding?.name ?? [])));
  const needing = names.find((name) => (methods.find('rounder', name)?.needs.length ?? 0) > 0);
  if (needing !== undefined) throw withoutInputs('--plan', needing);
  if (biases.length > 0) throw biasesWithoutInputs('--plan');
}

export const biasesWithoutInputs = (where: string): Error =>
  usageError({
    where,
    expected: 'sample inputs, whose means tell what quantized weights add',
    received: 'none',
    remedy:
      'Give pictures or arrays with --calibrate PATH, or stored statistics with --calibration FOLDER; biases that stay as they are need none.',
  });

function withoutInputs(where: string, name: string): Error {
  return usageError({
    where,
    expected: `sample inputs for ${name}, which looks at what weights are multiplied with`,
    received: 'none',
    remedy:
      'Give pictures or arrays with --calibrate PATH, or stored statistics with --calibration FOLDER; --rounding nearest needs none.',
  });
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
