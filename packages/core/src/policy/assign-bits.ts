import { checkArgument } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import { optionsOf } from '../plugin/choose.js';
import type { Options } from '../contract/options.js';
import type { BitAssignment, BitwidthPolicy, PolicyContext } from '../contract/policy.js';
import { defined } from '../contract/defined.js';
import { ownCopy } from '../plugin/own-copy.js';
import { isPromise, takeRejections } from '../errors/is-promise.js';
import { safely } from '../plugin/safely.js';

/** What a policy is asked with, besides the draft and the layers. */
export interface AssignSettings extends Partial<PolicyContext> {
  /** Options chosen by name; the rest comes from the policy's factory and its defaults. */
  readonly options?: Options;
}

/**
 * Asks a policy for bits. Throws `unsupported-option` for options that it does not know, and `plugin-failed` with its name
 * for anything that it throws itself; `calibration-missing` for one that spends a budget without measurements.
 */
export function assignBits(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  settings: AssignSettings = {},
): readonly BitAssignment[] {
  const { assign } = ((policy as unknown) ?? {}) as Partial<BitwidthPolicy>;
  checkArgument(typeof assign === 'function', policy, { where: 'assignBits: policy', expected: 'a policy' });
  const wanted = { where: 'assignBits: settings', expected: 'an object' };
  checkArgument(typeof settings === 'object' && (settings as unknown) !== null, settings, wanted);
  const { options = {}, features, measurements, decided, explores, smallest, kindBytes } = settings;
  const known = { features: ownCopy(features), measurements: ownCopy(measurements) };
  const chosen = optionsOf(policy, options);
  const spends = policy.budget?.(chosen) !== undefined;
  if (spends && measurements === undefined && draft.some(({ bits }) => bits !== 'float'))
    throw notMeasured(policy.name);
  const own = spends ? defined({ decided: decided && new Set(decided), explores, smallest, kindBytes }) : {};
  const context = { options: chosen, ...defined(known), ...own };
  const where = `policy '${policy.name}'`;
  const assigned = safely(where, () =>
    policy.assign(
      draft.map((entry) => ({ ...entry })),
      ownLayers(layers),
      context,
    ),
  );
  if (Array.isArray(assigned) && assigned.every(isAssignment)) {
    checkAssignments(assigned, where);
    return assigned;
  }
  takeRejections(assigned);
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: "a list of assignments, each with an id and bits (a number or 'float')",
    received: Array.isArray(assigned) ? 'a list with something else' : nameOf(assigned),
    remedy: "Report this to the policy's author: assign returns the list at once, and no promise of it.",
  });
}

function notMeasured(name: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: `policy '${name}'`,
    expected: 'measurements, on which its budget is spent',
    received: 'none',
    remedy:
      'Give it to quantize, which measures by itself, or pass what measure(port, batches, candidates) gave.',
  });
}

const members = [
  ...['id', 'bits', 'quantizer', 'granularity', 'parameterStorage', 'rounding', 'least', 'reason'],
];

/** Throws `plugin-failed` for a member that would do nothing, and for two assignments of one weight. */
function checkAssignments(assigned: readonly BitAssignment[], where: string): void {
  const ids = new Set<string>();
  for (const entry of assigned) {
    const stranger = Object.keys(entry).find((member) => !members.includes(member));
    if (stranger !== undefined)
      throw refused(
        where,
        `assignments with the members ${members.join(', ')}`,
        stranger,
        suggestName(stranger, members),
      );
    if (ids.has(entry.id))
      throw refused(where, 'exactly one assignment for each weight', `two for ${entry.id}`);
    ids.add(entry.id);
  }
}

function refused(where: string, expected: string, received: string, hint: { readonly remedy?: string } = {}) {
  const remedy = "Report this to the policy's author.";
  return new LowbitError({ code: 'plugin-failed', where, expected, received, remedy, ...hint });
}

/** Layers that a policy may write on; weights are read as ever. */
function ownLayers(layers: readonly LayerDescriptor[]): readonly LayerDescriptor[] {
  return layers.map((layer) => ({
    ...ownCopy({ ...layer, weights: [] }),
    weights: layer.weights.map((weight) => ({
      ...ownCopy(weight),
      read: (into?: Float32Array) => weight.read(into),
    })),
  }));
}

function isAssignment(value: unknown): boolean {
  const { id, bits } = (value ?? {}) as Partial<BitAssignment>;
  return typeof id === 'string' && (bits === 'float' || typeof bits === 'number');
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === undefined ? 'nothing' : typeof value;
  return isPromise(value) ? 'a promise' : 'an object';
}
