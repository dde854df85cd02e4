import type { Shape } from '../model.js';
import type { Settings } from './settings.js';

/** A shape of which nothing may be known. */
export type MaybeShape = Shape | undefined;

/** A weight that a layer must have. */
export interface WeightRule {
  readonly name: string;
  /** `null` for an axis whose size the configuration does not tell. Undefined: any shape. */
  readonly shape: Shape | undefined;
  /** It is moved by the data that pass by, not trained: in Keras 2 files such weights of a model come last. */
  readonly state?: true;
  /** The object inside the layer that owns it in Keras 3 files; one of several, by the version. */
  readonly owner?: readonly string[];
}

/** What is known of a class of layers. */
export interface LayerClass {
  /** In the order of Keras 2. Absent: no weights. */
  readonly weights?: (settings: Settings, inputs: readonly MaybeShape[]) => readonly WeightRule[];
  /** Shapes of what comes out. A layer with one output gives its shape. */
  readonly output: (settings: Settings, inputs: readonly MaybeShape[]) => MaybeShape | OutputShapes;
  /** The shape of what comes out besides when it is called with `return_attention_scores`. */
  readonly scores?: (settings: Settings, inputs: readonly MaybeShape[]) => MaybeShape;
  /** Why a layer with these settings cannot be represented, and what to do. */
  readonly refuse?: (settings: Settings) => Refusal | undefined;
  /** Why it cannot be represented with inputs of these shapes. */
  readonly refuseInput?: (settings: Settings, inputs: readonly MaybeShape[]) => Refusal | undefined;
}

/** Shapes of several outputs. */
export interface OutputShapes {
  readonly outputs: readonly MaybeShape[];
}

export interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

export type ClassTable = Readonly<Record<string, LayerClass>>;

/** What comes out is shaped like what goes in. */
export const sameShape: LayerClass = { output: (_, [input]) => input };

/** The size of the last axis. */
export function lastSize(shape: MaybeShape): number | null {
  return shape?.at(-1) ?? null;
}

/** Axes from 0, where they are counted from the end. Without a rank, those from the end are unknown. */
export function axisFrom(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape that inputs have in common, of which each may leave sizes open. */
export function sharedSizes(inputs: readonly MaybeShape[]): MaybeShape {
  if (inputs.includes(undefined)) return undefined;
  const sizeAt = (axis: number) => inputs.map((input) => input![axis] ?? null).find((size) => size !== null);
  return inputs[0]?.map((_, axis) => sizeAt(axis) ?? null);
}

/** The product of sizes; `null` when one is. */
export function product(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
