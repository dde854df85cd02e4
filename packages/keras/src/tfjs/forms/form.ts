import type { JsonObject, Shape } from '../../model.js';

/** What a form is chosen by, besides the layer itself. */
export interface FormContext {
  /** Shape of what the layer is called with first, where known. */
  readonly input: Shape | undefined;
  /** Shape of what it gives then. */
  readonly output: Shape | undefined;
  /** Whether Keras 3 made the model: some of its functions are others than those of the same name before. */
  readonly isKeras3: boolean;
  /** Whether masks go through the model. */
  readonly hasMasks: boolean;
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

/** Layers that `@lowbit/tfjs` computes as Keras does, whatever their settings: `LowbitGRU` for `GRU`. */
export function ours(className: string): Rule {
  return (config) => ({ className: `Lowbit${className}`, config });
}

/** One and the same rule for several classes, which are named with spaces between them. */
export function eachOf(classNames: string, rule: Rule): RuleTable {
  return Object.fromEntries(classNames.split(' ').map((name) => [name, rule]));
}
