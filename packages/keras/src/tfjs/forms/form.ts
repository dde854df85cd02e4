import type { JsonObject, JsonValue, KerasCall, KerasLayer, Shape } from '../../model.js';

/** What a form is chosen by, besides the layer itself. */
export interface FormContext {
  /** Shape of what the layer is called with first, where known. */
  readonly input: Shape | undefined;
  /** Shape of what it gives then. */
  readonly output: Shape | undefined;
  /** Shapes of the layer's weights by their names. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** Whether Keras 3 made the model: some of its functions are others than those of the same name before. */
  readonly isKeras3: boolean;
  /** Whether masks go through the model. */
  readonly hasMasks: boolean;
  /** How a layer that heeds masks comes by its own: not at all, as TensorFlow.js brings it along, or as a further input. */
  readonly mask: 'none' | 'brought' | 'input';
  /** Which inputs of a layer that heeds masks have one. */
  readonly areMasked: readonly boolean[];
  /** The first call. */
  readonly call: KerasCall | undefined;
  /** Layers inside. */
  readonly parts: KerasLayer['parts'];
  /** Whether only a layer of ours can be in what is around it. */
  readonly needsOwn: boolean;
  /** The configuration of the `Bidirectional` that it is in. */
  readonly bidirectional: JsonObject | undefined;
}

/** A form, what of the settings stands against one, or nothing where the layer stays as it is. */
export type Rule = (config: JsonObject, context: FormContext) => Changed | string | undefined;

/** Another configuration, and another class where one is named. */
export interface Changed {
  readonly className?: string;
  readonly config: JsonObject;
}

/** Rules by the class of Keras. A class without one has no form. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** Layers that TensorFlow.js computes as Keras does, whatever their settings. */
export const same: Rule = () => undefined;

/** A layer that `@lowbit/tfjs` has, since TensorFlow.js lacks it: `LowbitGRU` for `GRU`. */
export function ours(className: string, config: JsonObject): Changed {
  return { className: `Lowbit${className}`, config };
}

/** Axes counted from 0, ascending; undefined where those from the end are not known. */
export function axesFrom(axis: JsonValue, input: Shape | undefined): readonly number[] | undefined {
  const list = [axis].flat() as readonly number[];
  if (input === undefined) return undefined;
  return list.map((each) => (each < 0 ? each + input.length : each)).sort((a, b) => a - b);
}

/** What stands against a layer whose axes are not known. */
export const unknownRank = 'an input of which the rank is not known';

/** One and the same rule for several classes, which are named with spaces between them. */
export function eachOf(classNames: string, rule: Rule): RuleTable {
  return Object.fromEntries(classNames.split(' ').map((name) => [name, rule]));
}

/** Whether TensorFlow.js would take a negative number of zeros around volumes: where a stride is wider than the window that begins at each place. */
export function hasGaps({ padding, strides = null }: JsonObject, size: JsonValue): boolean {
  const steps = [strides ?? size].flat();
  const isWide = (each: JsonValue, axis: number) => Number(steps[axis] ?? steps[0]) > Number(each);
  return padding === 'same' && [size].flat().some(isWide);
}
