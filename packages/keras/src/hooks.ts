import type { JsonObject, JsonValue, Shape } from './model.js';

/** What takes the place of a layer that lowbit does not know. */
export interface CustomLayer {
  /** A class of Keras, or one that is registered where the model will be run. */
  readonly className: string;
  /** Default: the configuration of the layer as it is in the file. */
  readonly config?: JsonObject;
  /**
   * Names of the weights in the order in which the file holds them, for a class that Keras does not have; default: the names in the file,
   * which in files of Keras 3 (`.keras`, `.weights.h5`) are `vars/0`, `vars/1` …, what no class calls its weights; those of
   * other files in another order are refused. A class of Keras has its own.
   */
  readonly weights?: readonly string[];
  /** The shape of what comes out, for a class that Keras does not have. Default: not known. */
  readonly outputShape?: Shape;
}

/** A weight of a layer, as the file has it. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Says what takes the place of a layer of a class.
 *
 * @param config As the file has it.
 * @param weights Those that the file holds for the layer, in its order; empty where they cannot be told apart from those of other layers.
 * @param constants What an operation (`TFOpLambda`, `Mean`) is called with besides tensors, by name, or by its place from 0. What takes its place is
 *   called with the tensors alone.
 */
export type CustomLayerHook = (
  config: JsonObject,
  weights: readonly StoredWeight[],
  constants: JsonObject,
) => CustomLayer;

/** What takes the place of layers that lowbit does not know. */
export interface LayerHooks {
  /** By class, without or with the package under which it was registered. */
  readonly customLayers?: Readonly<Record<string, CustomLayerHook>>;
  /** By the name of the `Lambda` layer. */
  readonly lambdas?: Readonly<Record<string, CustomLayerHook>>;
}

export type { JsonValue };
