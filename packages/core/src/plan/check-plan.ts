import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor, PortCapabilities } from '../model/port.js';
import type { Registry } from '../plugin/registry.js';
import { isGranularity } from './granularity.js';
import { checkNamed } from './named-quantizers.js';
import type { ActivationEntry, PlanEntry, QuantizationPlan, QuantizedEntry } from './plan.js';

/**
 * Everything that stands against applying the plan to this model: weights that the model does not have,
 * or has in another layer (`plan-mismatch`), unknown quantizers, widths and options that a quantizer does not offer, parameter storage
 * that the port cannot write. Empty when all is well.
 */
export function checkPlan(
  plan: QuantizationPlan,
  layers: readonly LayerDescriptor[],
  known: Registry,
  supports: PortCapabilities,
): Problem[] {
  const places = layersOfWeights(layers);
  const strangers = plan.weights.filter(({ id }) => !places.has(id));
  const repeated = plan.weights.filter(
    (entry, i) => plan.weights.findIndex(({ id }) => id === entry.id) !== i,
  );
  const entries = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  return [
    ...strangers.map(({ id }, i) => stranger(id, i < mostSuggestions ? places.keys() : [])),
    ...plan.weights.flatMap((entry) => otherLayer(entry, places.get(entry.id))),
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
  const problems = checkNamed(entry, 'weight', known, where);
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
      invalid(
        'plan: activations',
        'none: what this port writes holds quantized weights only',
        `${entries.length} sites`,
      ),
    ];
  }
  const ids = new Set(layers.flatMap((layer) => layer.sites.map((site) => site.id)));
  return entries.flatMap((entry) => {
    if (!ids.has(entry.id)) return [stranger(entry.id, entries.length <= mostSuggestions ? ids : [])];
    return checkNamed(entry, 'activation', known, `site '${entry.id}'`);
  });
}

/** A plan of another model has nothing but strangers, which are compared with no name. */
const mostSuggestions = 10;

function stranger(id: string, known: Iterable<string>): Problem {
  return {
    code: 'plan-mismatch',
    where: `plan: '${id}'`,
    expected: 'a weight or site of this model',
    remedy: 'Use the plan with the model that it was made for, or make a new plan.',
    ...suggestName(id, known),
  };
}

/** The layers that each weight is in. */
function layersOfWeights(layers: readonly LayerDescriptor[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const { id: layer, weights } of layers)
    for (const { id } of weights) places.set(id, [...(places.get(id) ?? []), layer]);
  return places;
}

/** The problem of an entry whose layer is another than the weight's; plans that models store name the weight itself. */
function otherLayer({ id, layer }: PlanEntry, places: readonly string[] | undefined): Problem[] {
  if (places === undefined || layer === id || places.includes(layer)) return [];
  return [
    {
      code: 'plan-mismatch',
      where: `plan: '${id}'`,
      expected: `the layer ${places.map((place) => `'${place}'`).join(' or ')}`,
      received: `'${layer}'`,
      remedy: 'Write the layer that the weight is in, or make a new plan.',
    },
  ];
}

/** What stands against a plan that was made for a port of another kind. */
export function otherPort(plan: QuantizationPlan, name: string): Problem[] {
  if (plan.port === name) return [];
  return [
    {
      code: 'plan-mismatch',
      where: 'plan: port',
      expected: `'${name}', which this model is opened with`,
      received: `'${plan.port}'`,
      remedy: 'Use the plan with the kind of model that it was made for, or make a new plan.',
    },
  ];
}

function invalid(where: string, expected: string, received: string): Problem {
  return { code: 'plan-invalid', where, expected, received };
}
