import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor, PortCapabilities } from '../model/port.js';
import type { Role } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { optionProblems } from '../plugin/resolve-options.js';
import { isGranularity } from './granularity.js';
import type { ActivationEntry, QuantizationPlan, QuantizedEntry } from './plan.js';

/**
 * Everything that stands against applying the plan to this model: weights that the model does not have
 * (`plan-mismatch`), unknown quantizers, widths and options that a quantizer does not offer, parameter storage
 * that the port cannot write. Empty when all is well.
 */
export function checkPlan(
  plan: QuantizationPlan,
  layers: readonly LayerDescriptor[],
  known: Registry,
  supports: PortCapabilities,
): Problem[] {
  const ids = new Set(layers.flatMap((layer) => layer.weights.map((weight) => weight.id)));
  const strangers = plan.weights.filter((entry) => !ids.has(entry.id)).map((entry) => stranger(entry.id));
  const repeated = plan.weights.filter(
    (entry, i) => plan.weights.findIndex(({ id }) => id === entry.id) !== i,
  );
  const entries = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  return [
    ...strangers,
    ...repeated.map((entry) =>
      invalid(`plan: weight '${entry.id}'`, 'each weight once', 'the same weight twice'),
    ),
    ...entries.flatMap((entry) => checkEntry(entry, known, supports)),
    ...checkActivations(plan.activations ?? [], layers, known, supports),
  ];
}

/** Weights that the plan quantizes and an earlier run has quantized already (`plan-mismatch`). */
export function quantizedTwice(plan: QuantizationPlan, layers: readonly LayerDescriptor[]): Problem[] {
  const before = new Map(
    layers.flatMap(({ weights }) => weights.map(({ id, quantizedBefore }) => [id, quantizedBefore] as const)),
  );
  return plan.weights.flatMap(({ id, bits }) => {
    const reason = before.get(id);
    if (bits === 'float' || reason === undefined) return [];
    return [
      {
        code: 'plan-mismatch',
        where: `plan: '${id}'`,
        expected: 'a weight that is not quantized yet',
        received: `one ${reason}`,
        remedy:
          'Apply the plan to the float model, or make a new plan, which leaves what is quantized as it is.',
      },
    ];
  });
}

function checkEntry(entry: QuantizedEntry, known: Registry, supports: PortCapabilities): Problem[] {
  const where = `weight '${entry.id}'`;
  const problems = checkQuantizer(entry, 'weight', known, where);
  if (!isGranularity(entry.granularity)) {
    problems.push(invalid(where, 'granularity tensor, channel or group:N', String(entry.granularity)));
  }
  return [...problems, ...checkStorage(entry, supports, where)];
}

/** Widths of two-level parameters that the container has; types alone do not keep others out. */
const twoLevelBits: readonly unknown[] = [6, 8];

function checkStorage(
  { parameterStorage }: QuantizedEntry,
  supports: PortCapabilities,
  where: string,
): Problem[] {
  const isText = typeof parameterStorage === 'string';
  const storage = isText ? parameterStorage : parameterStorage.kind;
  const refused = (expected: string, received: string): Problem[] => [
    { code: 'unsupported-storage', where, expected, received },
  ];
  if (!supports.parameterStorage.includes(storage) || isText !== (storage !== 'two-level'))
    return refused(
      `parameters stored as ${supports.parameterStorage.join(' or ')}`,
      JSON.stringify(parameterStorage),
    );
  if (isText || twoLevelBits.includes(parameterStorage.bits)) return [];
  return refused(`two-level parameters of ${twoLevelBits.join(' or ')} bits`, String(parameterStorage.bits));
}

function checkActivations(
  entries: readonly ActivationEntry[],
  layers: readonly LayerDescriptor[],
  known: Registry,
  supports: PortCapabilities,
): Problem[] {
  if (entries.length > 0 && !supports.activations) {
    return [
      invalid('plan: activations', 'none: this port quantizes weights only', `${entries.length} sites`),
    ];
  }
  const ids = new Set(layers.flatMap((layer) => layer.sites.map((site) => site.id)));
  return entries.flatMap((entry) => {
    if (!ids.has(entry.id)) return [stranger(entry.id)];
    return checkQuantizer(entry, 'activation', known, `site '${entry.id}'`);
  });
}

function checkQuantizer(
  entry: QuantizedEntry | ActivationEntry,
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
  return [...bits, ...optionProblems(quantizer.options ?? {}, options, at)];
}

function stranger(id: string): Problem {
  return {
    code: 'plan-mismatch',
    where: `plan: '${id}'`,
    expected: 'a weight or site of this model',
    remedy: 'Use the plan with the model that it was made for, or make a new plan.',
  };
}

function invalid(where: string, expected: string, received: string): Problem {
  return { code: 'plan-invalid', where, expected, received };
}
