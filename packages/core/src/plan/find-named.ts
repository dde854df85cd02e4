import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { Quantizer, Role } from '../contract/quantizer.js';
import type { Registry } from '../contract/registry.js';
import { optionProblems } from '../contract/resolve-options.js';
import type { Plugin } from '../contract/plugin.js';
import type { Rounder } from '../contract/rounder.js';
import { checkNamedShape, isRecord, isWidth, type Expect } from './entry-shapes.js';
import type { ActivationEntry, QuantizedEntry } from '../contract/plan.js';

/** The quantizer that an entry names, and what stands against it. */
export interface FoundQuantizer {
  /** Absent where the name is not known. */
  readonly quantizer?: Quantizer;
  readonly problems: readonly Problem[];
}

/**
 * Looks up the quantizer of an entry, and checks that it is one for the role, and that it offers the width and the options.
 */
export function findNamed(
  { bits, quantizer: { name, options } }: Pick<ActivationEntry, 'bits' | 'quantizer'>,
  role: Role,
  known: Registry,
  where: string,
): FoundQuantizer {
  const quantizer = known.find('quantizer', name);
  if (quantizer === undefined) return { problems: [unknownName('quantizer', name, known, where)] };
  const at = `${where}, quantizer '${name}'`;
  if (widthsOf(quantizer, role).length === 0) {
    const received = `one that quantizes ${quantizer.roles.map((other) => `${other}s`).join(' and ')} only`;
    const expected = `a quantizer of ${role}s`;
    return { quantizer, problems: [{ code: 'invalid-argument', where: at, expected, received }] };
  }
  const ofOptions = optionProblems(quantizer.options ?? {}, options, at).map(withDefaults);
  return { quantizer, problems: [...widthProblems(bits, quantizer, role, where), ...ofOptions] };
}

/** The rounder that an entry names, and what stands against it; nothing where it names none. */
export function findRounder(
  { rounding }: Pick<QuantizedEntry, 'rounding'>,
  known: Registry,
  where: string,
): { readonly rounder?: Rounder; readonly problems: readonly Problem[] } {
  if (rounding === undefined) return { problems: [] };
  const { name, options } = rounding;
  const rounder = known.find('rounder', name);
  if (rounder === undefined) return { problems: [unknownName('rounder', name, known, where)] };
  const at = `${where}, rounder '${name}'`;
  return { rounder, problems: optionProblems(rounder.options ?? {}, options, at).map(withDefaults) };
}

function unknownName(kind: Plugin['kind'], name: string, known: Registry, where: string): Problem {
  const names = known.list().flatMap((plugin) => (plugin.kind === kind ? [plugin.name] : []));
  const expected = names.length === 0 ? `a registry with the ${kind}` : `one of ${names.join(', ')}`;
  return { code: 'unknown-plugin', where, expected, received: name, ...suggestName(name, names) };
}

const widthsOf = ({ roles, bits }: Quantizer, role: Role): readonly number[] =>
  roles.includes(role) ? (bits[role] ?? []) : [];

/** The problem of a width that the quantizer does not offer. */
export function widthProblems(bits: number, quantizer: Quantizer, role: Role, where: string): Problem[] {
  const offered = widthsOf(quantizer, role);
  if (offered.includes(bits)) return [];
  const at = `${where}, quantizer '${quantizer.name}'`;
  const expected = `bits ${offered.join(', ')}`;
  return [{ code: 'unsupported-bits', where: at, expected, received: String(bits) }];
}

/** What to do about an option that another quantizer has, and this one has not. */
function withDefaults(problem: Problem): Problem {
  const remedy = 'Leave it out: with options {} each option has its default.';
  return problem.remedy === undefined ? { ...problem, remedy } : problem;
}

/**
 * The problems of the quantizers and rounders that a plan names, where their entries are right in themselves.
 *
 * @param plan - as it was read: entries may be anything
 */
export function namedPlugins(
  { weights, activations }: Readonly<Record<string, unknown>>,
  known: Registry,
  where: string,
): Problem[] {
  const problemsOf = (list: unknown, name: string, role: Role) =>
    (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap((entry, i) =>
      isNamed(entry)
        ? findNamed(entry, role, known, `${where}: ${name}[${i}]`).problems.filter(toTell(entry))
        : [],
    );
  const roundings = (Array.isArray(weights) ? (weights as readonly unknown[]) : []).flatMap((entry, i) =>
    isRecord(entry) && hasNamedShape(entry['rounding'])
      ? findRounder(entry as Pick<QuantizedEntry, 'rounding'>, known, `${where}: weights[${i}]`).problems
      : [],
  );
  return [
    ...roundings,
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
  return isRecord(entry) && entry['bits'] !== 'float' && hasNamedShape(entry['quantizer']);
}

function hasNamedShape(named: unknown): boolean {
  let isRight = true;
  const expect: Expect = (holds) => (isRight &&= holds);
  checkNamedShape(named, '', expect);
  return isRight;
}
