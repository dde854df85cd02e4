import type { Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { PortCapabilities } from '../contract/port.js';
import { isGranularity } from './granularity.js';
import type { PlanEntry, QuantizationPlan, QuantizedEntry } from '../contract/plan.js';

/** Weights that the model does not have, or has in another layer (`plan-mismatch`), and those that the plan names twice. */
export function placeProblems(plan: QuantizationPlan, layers: readonly LayerDescriptor[]): Problem[] {
  const places = layersOfWeights(layers);
  const strangers = plan.weights.filter(({ id }) => !places.has(id));
  const repeated = plan.weights.filter(
    (entry, i) => plan.weights.findIndex(({ id }) => id === entry.id) !== i,
  );
  return [
    ...strangers.map(({ id }, i) => stranger(id, i < mostSuggestions ? places.keys() : [])),
    ...strangeBiases(plan, layers),
    ...plan.weights.flatMap((entry) => otherLayer(entry, places.get(entry.id))),
    ...repeated.map((entry) =>
      invalid(`plan: weight '${entry.id}'`, 'each weight once', 'the same weight twice'),
    ),
  ];
}

/** Layers whose biases the plan corrects and that the model does not have; plans that models store name weights instead. */
function strangeBiases({ biases = [] }: QuantizationPlan, layers: readonly LayerDescriptor[]): Problem[] {
  const known = layers.map(({ id }) => id);
  const weights = layers.flatMap((layer) => layer.weights.map(({ id }) => id));
  const names = new Set([...known, ...weights]);
  const strangers = biases.filter(({ layer }) => !names.has(layer));
  return strangers.map(({ layer }, i) => ({
    ...stranger(layer, i < mostSuggestions ? known : []),
    expected: 'a layer of this model',
  }));
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

/** The problem of what is no granularity. */
export function granularityProblems({ granularity }: QuantizedEntry, where: string): Problem[] {
  if (isGranularity(granularity)) return [];
  return [invalid(where, 'granularity tensor, channel or group:N', String(granularity))];
}

/** Widths of two-level parameters that the container has; types alone do not keep others out. */
const twoLevelBits: readonly unknown[] = [6, 8];

/** The problem of parameters that the port cannot store so (`unsupported-storage`). */
export function storageProblems(
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

/** The problem of activations in a plan for a port that leaves them as they are. */
export function sitesNotTaken(count: number): Problem {
  return invalid(
    'plan: activations',
    'none: what this port writes holds quantized weights only',
    `${count} sites`,
  );
}

/** The problem of a site that the model does not have; @param count Of the plan's sites. */
export function strangeSite(id: string, count: number, known: Iterable<string>): Problem {
  return stranger(id, count <= mostSuggestions ? known : []);
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
