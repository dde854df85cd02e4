import type { PackedTensor, QuantizationPlan } from '@lowbit/core';
import type { StoredType } from './hdf5/contents.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [member: string]: JsonValue };

/** The configuration of a layer, or another object of a JSON text. */
export interface JsonObject {
  readonly [member: string]: JsonValue;
}

/** Sizes of the axes of a tensor, the batch first; `null` for one that the model leaves open. */
export type Shape = readonly (number | null)[];

/** A model of Keras: its graph, and weights that are read when they are asked for. */
export interface KerasModel {
  readonly name: string;
  readonly network: KerasNetwork;
  /** Every weight once, in the order of the layers. */
  readonly weights: readonly KerasWeight[];
  /** The version of Keras that saved the model, where the file says so. */
  readonly kerasVersion?: string;
  /** The plans by which lowbit quantized the model, the last one last. Absent for a model as Keras saved it. */
  readonly plans?: readonly QuantizationPlan[];
  /** Bytes of the files that it was read from, without the state of an optimizer. Absent where it is in no file as it is. */
  readonly fileBytes?: number;
  /** What was left out or done otherwise, in sentences: the state of an optimizer, a file that was read in place. */
  readonly notes: readonly string[];
  /** Frees what reading weights needs. A model that is forgotten is freed when it is collected as garbage. */
  close(): void;
}

/** Layers and how they are called, in one form for all versions of Keras. */
export interface KerasNetwork {
  readonly kind: 'Functional' | 'Sequential';
  readonly name: string;
  /** In the order of the file, those of `InputLayer` included. */
  readonly layers: readonly KerasLayer[];
  /** In an order in which they can be carried out. Input layers are not called. */
  readonly calls: readonly KerasCall[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
  /** Names of the outputs, where the model returns a dictionary. */
  readonly outputNames?: readonly string[];
}

/** One layer. */
export interface KerasLayer {
  /** Names from the outermost model to this layer, for instance `inside/twin`: unique in the model, but for the layer behind a quantized input. */
  readonly id: string;
  readonly name: string;
  /**
   * `Dense`, `Functional`, or what a hook gave: without module and package. `QuantizedInput` where lowbit quantizes what a layer takes before it
   * computes: that layer is `parts.layer`, of the same id and name, and `config.site` tells how, for `loadSite` of `@lowbit/tfjs-format`.
   * `Mask` where a model of TensorFlow.js makes one of a tensor.
   */
  readonly className: string;
  /**
   * In the words of Keras 2, whatever version wrote it, without what only training needs (initializers, regularizers, constraints).
   * Activations are names where Keras has one; `keras2_hard_sigmoid` is that of Keras 2 in a model that computes as Keras 3 does, `tanh_gelu`
   * what TensorFlow.js calls `gelu_new`. Of layers that TensorFlow.js computes otherwise, `half_pixels: false` (UpSampling2D) and
   * `zero_output_for_mask: false` (Bidirectional) say so.
   */
  readonly config: JsonObject;
  readonly trainable: boolean;
  /** It stands for an operation of Keras 3 on tensors, `x + y` in Python, which heeds no masks and lets none pass. */
  readonly isOperation?: true;
  /** The model that this layer is. */
  readonly network?: KerasNetwork;
  /** The layers that it wraps, by the names that Keras gives them: `layer`, `forward_layer`, `backward_layer`, `cell`, `cells/…`. */
  readonly parts: Readonly<Record<string, KerasLayer>>;
  /** Its own weights, in the order of Keras 2, without those of its parts and its network. */
  readonly weights: readonly KerasWeight[];
}

/** One use of a layer. */
export interface KerasCall {
  readonly layer: KerasLayer;
  /** Which of the layer's calls in this network it is, from 0. */
  readonly index: number;
  readonly args: readonly Argument[];
  /** `mask` is false, or holds false, where inputs have none whatever Keras brings along. */
  readonly kwargs: Readonly<Record<string, Argument>>;
  /** Shapes of all tensors in the arguments, in their order. Undefined where nothing is known. */
  readonly inputShapes: readonly (Shape | undefined)[];
  readonly outputShapes: readonly (Shape | undefined)[];
}

/** What a layer is called with: a tensor, a list of arguments, or a constant. */
export type Argument =
  | { readonly tensor: TensorReference }
  | { readonly list: readonly Argument[] }
  | { readonly value: JsonValue };

/** An output of a call, or an input layer (call 0, output 0). */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** One weight. */
export interface KerasWeight {
  /** The layer's id and the weight's name, for instance `inside/twin/kernel`: unique in the model. */
  readonly id: string;
  /** `kernel`, `bias`, `moving_mean` … */
  readonly name: string;
  readonly shape: readonly number[];
  /** The type in the file; values are always read as float32. */
  readonly storedType: StoredType;
  /** Codes and parameters of a weight that lowbit quantized. */
  readonly packed?: PackedTensor;
  /** The values, freshly read, row-major. */
  read(): Promise<Float32Array>;
}
