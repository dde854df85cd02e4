import { checkIsPlan } from './check-is-plan.js';
import type { ActivationEntry, BiasEntry, PlanEntry, PortForm, QuantizationPlan } from '../contract/plan.js';
import { defined } from '../contract/defined.js';

/**
 * A plan as it stands in a model: what many entries share is written once. Layers are left out, as the model tells them.
 * `parsePlan` reads it.
 */
export interface StoredPlan {
  readonly format: 'lowbit-plan';
  readonly version: 2;
  readonly port: string;
  readonly seed: number;
  readonly form?: PortForm;
  /** What entries say besides their id. */
  readonly kinds: readonly object[];
  /** Ids in the order of the plan. A number is an index into `kinds`: that of all ids after it, up to the next number. */
  readonly weights: readonly (number | string)[];
  readonly activations?: readonly (number | string)[];
  /** Layers instead of ids. `true`: those of all weights that are quantized, in their order. */
  readonly biases?: readonly (number | string | true)[];
}

type StoredEntry = PlanEntry | ActivationEntry | { readonly id: string | true; readonly reason: string };

/** The plan in its short form. */
export function storedPlan(plan: QuantizationPlan): StoredPlan {
  checkIsPlan(plan, 'storedPlan(plan)');
  const { port, seed, form, weights, activations, biases } = plan;
  const kinds = new Map<string, number>();
  const ids = <Entry extends StoredEntry>(entries: readonly Entry[]): (number | Entry['id'])[] => {
    let last = -1;
    return entries.flatMap((entry) => {
      const text = JSON.stringify({ ...entry, id: undefined, layer: undefined });
      const index = kinds.get(text) ?? kinds.size;
      kinds.set(text, index);
      if (index === last) return [entry.id];
      last = index;
      return [index, entry.id];
    });
  };
  const lists = {
    weights: ids(weights),
    ...(activations === undefined ? {} : { activations: ids(activations) }),
    ...(biases === undefined ? {} : { biases: ids(storedBiases(biases, weights)) }),
  };
  return {
    format: 'lowbit-plan',
    version: 2,
    port,
    seed,
    ...defined({ form }),
    kinds: [...kinds.keys()].map((text) => JSON.parse(text) as object),
    ...lists,
  };
}

/** Biases with the layers that they are of, or one that stands for all. */
function storedBiases(
  biases: readonly BiasEntry[],
  weights: readonly PlanEntry[],
): { readonly id: string | true; readonly reason: string }[] {
  const quantized = weights.filter(({ bits }) => bits !== 'float');
  const layers = new Set(quantized.map(({ layer }) => layer));
  // What names a weight must not name another layer.
  const isClear = quantized.every(({ id, layer }) => id === layer || !layers.has(id));
  const [first] = biases;
  const areAll =
    first !== undefined &&
    isClear &&
    biases.every(({ reason }) => reason === first.reason) &&
    biases.map(({ layer }) => layer).join('\n') === [...layers].join('\n');
  return areAll
    ? [{ id: true, reason: first.reason }]
    : biases.map(({ layer, reason }) => ({ id: layer, reason }));
}

/**
 * A value in the form of {@link StoredPlan}, written out; any other as it is. The layer of a weight is its id, and that of a bias may be
 * the id of a weight, until the plan meets its model. Nothing is checked: what makes no sense gives entries that are none.
 */
export function writtenOut(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { version, kinds, weights, activations, biases, ...others } = value;
  if (version !== 2 || !Array.isArray(kinds)) return value;
  const known = kinds as readonly (object | undefined)[];
  const written = entriesOf(weights, known, (id) => ({ id, layer: id }));
  return {
    ...others,
    version: 1,
    weights: written,
    ...(activations === undefined ? {} : { activations: entriesOf(activations, known, (id) => ({ id })) }),
    ...(biases === undefined
      ? {}
      : { biases: entriesOf(ofEach(biases, written), known, (layer) => ({ layer })) }),
  };
}

/** Names of the quantized weights in the place of what stands for all. */
function ofEach(biases: unknown, weights: unknown): unknown {
  if (!Array.isArray(biases) || !Array.isArray(weights)) return biases;
  const quantized = (weights as readonly Partial<PlanEntry>[]).filter(({ bits }) => bits !== 'float');
  return (biases as readonly unknown[]).flatMap((item) =>
    item === true ? quantized.map(({ id }) => id) : [item],
  );
}

function entriesOf(
  list: unknown,
  kinds: readonly (object | undefined)[],
  start: (id: unknown) => object,
): unknown {
  if (!Array.isArray(list)) return list;
  let kind: object | undefined;
  return (list as readonly unknown[]).flatMap((item) => {
    if (typeof item !== 'number') return [{ ...start(item), ...kind }];
    kind = kinds[item];
    // What is no index is no id either, which those who check entries tell.
    return kind === undefined ? [start(item)] : [];
  });
}
