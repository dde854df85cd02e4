import { checkIsPlan } from './check-is-plan.js';
import type { ActivationEntry, PlanEntry, PortForm, QuantizationPlan } from '../contract/plan.js';
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
  /** Layers instead of ids. */
  readonly biases?: readonly (number | string)[];
}

type StoredEntry = PlanEntry | ActivationEntry | { readonly id: string; readonly reason: string };

/** The plan in its short form. */
export function storedPlan(plan: QuantizationPlan): StoredPlan {
  checkIsPlan(plan, 'storedPlan(plan)');
  const { port, seed, form, weights, activations, biases } = plan;
  const kinds = new Map<string, number>();
  const ids = (entries: readonly StoredEntry[]) => {
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
    ...(biases === undefined
      ? {}
      : { biases: ids(biases.map(({ layer, reason }) => ({ id: layer, reason }))) }),
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

/**
 * A value in the form of {@link StoredPlan}, written out; any other as it is. The layer of a weight is its id until the plan
 * meets its model. Nothing is checked: what makes no sense gives entries that are none.
 */
export function writtenOut(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { version, kinds, weights, activations, biases, ...others } = value;
  if (version !== 2 || !Array.isArray(kinds)) return value;
  const known = kinds as readonly (object | undefined)[];
  return {
    ...others,
    version: 1,
    weights: entriesOf(weights, known, (id) => ({ id, layer: id })),
    ...(activations === undefined ? {} : { activations: entriesOf(activations, known, (id) => ({ id })) }),
    ...(biases === undefined ? {} : { biases: entriesOf(biases, known, (layer) => ({ layer })) }),
  };
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
