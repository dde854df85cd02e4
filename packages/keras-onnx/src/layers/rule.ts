import type { Quantizer } from '@lowbit/core';
import type { JsonValue, KerasLayer, Settings, Shape } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import type { Known, Value } from '../graph/value.js';
import type { Weights } from '../graph/weights.js';

/** One use of a layer, with what goes in. */
export interface Call<V extends Known = Known> {
  readonly layer: KerasLayer;
  readonly settings: Settings;
  /** Tensors that it is called with, lists laid out. */
  readonly inputs: readonly V[];
  /** Tensors and constants that it is called with by name. */
  readonly named: Readonly<Record<string, readonly V[] | JsonValue>>;
  readonly outputs: readonly (Shape | undefined)[];
  /** Whether Keras 3 made the model: some of its functions are others than those of the same name before. */
  readonly isKeras3: boolean;
  /** Of Keras, as the model tells it; empty where it does not. */
  readonly kerasVersion: string;
  /** Quantizers of activations, by name. */
  readonly quantizers: ReadonlyMap<string, Quantizer>;
}

/** What is told of a model as a whole. */
export type Told = Pick<Call, 'isKeras3' | 'kerasVersion' | 'quantizers'>;

/** A layer whose turn it is to be written. */
export interface WrittenCall extends Call<Value> {
  readonly graph: Graph;
  readonly weights: Weights;
  /** Writes a layer that this one wraps, or a model that it is. */
  readonly inside: (call: Call<Value>) => Promise<readonly Value[]>;
}

/** How a class of layers becomes operators. */
export interface LayerRule {
  /** What is computed of an input with a mask would be another. Absent: the rule heeds masks, or values are the same with and without. */
  readonly mask?: 'refuse';
  /** Takes integers as they are. Absent: they become floats. */
  readonly integers?: true;
  /** The call of a layer that this one wraps, which is looked at too. */
  readonly inner?: (call: Call) => Call;
  /** What stands against it, in words that follow the class: `with padding="full"`. */
  readonly refuse?: (call: Call) => string | undefined;
  readonly write: (call: WrittenCall) => Value | readonly Value[] | Promise<Value | readonly Value[]>;
}

export type RuleTable = Readonly<Record<string, LayerRule>>;

/** The shape of what comes out, which is known of what is written. */
export const outputOf = ({ outputs }: Call): Shape => outputs[0] as Shape;

/** The shape of what goes in, which is known of every layer that is looked at. */
export const inputOf = ({ inputs }: Call): Shape => inputs[0]!.shape as Shape;

/** Whether all sizes but the first are known. */
export const isSized = (shape: Shape | undefined): shape is readonly [number | null, ...number[]] =>
  shape !== undefined && shape.slice(1).every((size) => size !== null);
