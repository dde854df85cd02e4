import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { Role } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { optionProblems } from '../plugin/resolve-options.js';
import { checkQuantizerShape, isRecord, isWidth, type Expect } from './entry-shapes.js';
import type { ActivationEntry } from './plan.js';

/**
 * Checks the quantizer of an entry: that its name is known, that it is one for the role, and that it offers the width and the
 * options.
 */
export function checkNamed(
  entry: Pick<ActivationEntry, 'bits' | 'quantizer'>,
  role: Role,
  known: Registry,
  where: string,
): Problem[] {
  const { name, options } = entry.quantizer;
  const quantizer = known.find('quantizer', name);
  if (quantizer === undefined) {
    const names = known.list().filter((plugin) => plugin.kind === 'quantizer');
    const expected = `one of ${names.map((plugin) => plugin.name).join(', ')}`;
    const meant = suggestName(
      name,
      names.map((plugin) => plugin.name),
    );
    return [{ code: 'unknown-plugin', where, expected, received: name, ...meant }];
  }
  const at = `${where}, quantizer '${name}'`;
  const offered = quantizer.roles.includes(role) ? (quantizer.bits[role] ?? []) : [];
  if (offered.length === 0) {
    const received = `one that quantizes ${quantizer.roles.map((other) => `${other}s`).join(' and ')} only`;
    return [{ code: 'invalid-argument', where: at, expected: `a quantizer of ${role}s`, received }];
  }
  const expected = `bits ${offered.join(', ')}`;
  const bits: Problem[] = offered.includes(entry.bits)
    ? []
    : [{ code: 'unsupported-bits', where: at, expected, received: String(entry.bits) }];
  return [...bits, ...optionProblems(quantizer.options ?? {}, options, at).map(withDefaults)];
}

/** What to do about an option that another quantizer has, and this one has not. */
function withDefaults(problem: Problem): Problem {
  const remedy = 'Leave it out: with options {} each option has its default.';
  return problem.remedy === undefined ? { ...problem, remedy } : problem;
}

/**
 * The problems of the quantizers that a plan names, where their entries are right in themselves.
 *
 * @param plan - as it was read: entries may be anything
 */
export function namedQuantizers(
  { weights, activations }: Readonly<Record<string, unknown>>,
  known: Registry,
  where: string,
): Problem[] {
  const problemsOf = (list: unknown, name: string, role: Role) =>
    (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap((entry, i) =>
      isNamed(entry) ? checkNamed(entry, role, known, `${where}: ${name}[${i}]`).filter(toTell(entry)) : [],
    );
  return [
    ...problemsOf(weights, 'weights', 'weight'),
    ...problemsOf(activations, 'activations', 'activation'),
  ];
}

/** That bits are no width is told already. */
const toTell =
  ({ bits }: Pick<ActivationEntry, 'bits'>) =>
  ({ code }: Problem) =>
    isWidth(bits) || code !== 'unsupported-bits';

/** Whether an entry names a quantizer, with a name and options of the right types. */
function isNamed(entry: unknown): entry is Pick<ActivationEntry, 'bits' | 'quantizer'> {
  if (!isRecord(entry) || entry['bits'] === 'float') return false;
  let isRight = true;
  const expect: Expect = (holds) => (isRight &&= holds);
  checkQuantizerShape(entry, '', expect);
  return isRight;
}
