import type { WeightRule } from '../layers/layer-class.js';
import type { Shape } from '../model.js';
import type { LayerDraft } from '../topology/layer-draft.js';

/** A weight that a layer must have. */
export interface Slot {
  readonly layer: LayerDraft;
  readonly rule: WeightRule;
}

/** The layer itself, or the one that it is, met before. */
export function original(layer: LayerDraft): LayerDraft {
  return layer.sharedWith ?? layer;
}

/** Layers in a layer, in the order in which Keras goes through them. */
export function childrenOf(layer: LayerDraft): readonly LayerDraft[] {
  return layer.network?.layers ?? Object.values(layer.parts);
}

/** The layers in a layer that have weights themselves, each once. */
export function leavesOf(layer: LayerDraft): readonly LayerDraft[] {
  const own = original(layer);
  const children = childrenOf(own);
  return children.length === 0 ? [own] : [...new Set(children.flatMap(leavesOf))];
}

/** The weights of a layer in the order of Keras 2: what is trained before what is not, through all that is in it. */
export function orderedSlots(layer: LayerDraft): readonly Slot[] {
  const { trained, fixed } = ordered(original(layer));
  return [
    ...new Map([...trained, ...fixed].map((slot) => [`${slot.layer.id} ${slot.rule.name}`, slot])).values(),
  ];
}

interface Ordered {
  readonly trained: readonly Slot[];
  readonly fixed: readonly Slot[];
}

function ordered(layer: LayerDraft): Ordered {
  const own = (layer.rules ?? []).map((rule) => ({ layer, rule }));
  const children = childrenOf(layer).map((child) => ordered(original(child)));
  if (!layer.trainable) {
    const all = children.flatMap(({ trained, fixed }) => [...trained, ...fixed]);
    return { trained: [], fixed: [...own.filter(isTrained), ...own.filter(isFixed), ...all] };
  }
  return {
    trained: [...own.filter(isTrained), ...children.flatMap(({ trained }) => trained)],
    fixed: [...own.filter(isFixed), ...children.flatMap(({ fixed }) => fixed)],
  };
}

function isFixed({ rule }: Slot): boolean {
  return rule.state === true;
}

function isTrained(slot: Slot): boolean {
  return !isFixed(slot);
}

/** Whether a tensor's shape is the one that a layer demands. */
export function fits(wanted: Shape | undefined, shape: readonly number[]): boolean {
  if (wanted === undefined) return true;
  return wanted.length === shape.length && wanted.every((size, i) => size === null || size === shape[i]);
}

/** A shape in words; sizes that the configuration does not tell are left open. */
export function shapeWords(shape: Shape | undefined): string {
  return shape === undefined ? 'any shape' : `the shape [${shape.map((size) => size ?? '?').join(', ')}]`;
}
