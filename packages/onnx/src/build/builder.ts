import type { QuantizationPlan, QuantizedTensor, StorageNote } from '@lowbit/core';
import type { FittedSite, StorageCost } from '@lowbit/core/adapter';
import type { ExternalFile } from '../external/files.js';
import type { PlainAttribute } from '../interpreter/graph-builder.js';
import type { Optimize, RuntimeTarget } from '../target/target.js';
import type { ElementType } from './element-type.js';
import type { ReadValues } from './late-constants.js';

export interface BuilderOptions {
  /** Version of the standard operators, 9 to 25. */
  readonly opset: number;
  /** Name of the model in the file and in messages. Default: `model.onnx`. */
  readonly name?: string;
  /** How packed weights are stored, as in the options of `onnx`. Default: `speed`. */
  readonly optimize?: Optimize;
  /** What the file is made for. Default: onnxruntime-web ≥ 1.24 on WebAssembly. */
  readonly target?: RuntimeTarget;
}

export interface NodeOptions {
  /** A plain number or list of numbers is an integer; floats say so. */
  readonly attributes?: Readonly<Record<string, PlainAttribute>>;
  /** Near the name of the node and of its results, which get numbers where it is taken. Default: the operator's. */
  readonly name?: string;
  /** Default: the standard operators. */
  readonly domain?: string;
}

export interface WeightOptions {
  /** Dimensions of the value that operators take. Default: the tensor's shape. */
  readonly dims?: readonly number[];
  /** Default: `float32`. */
  readonly type?: 'float32' | 'float16';
  /**
   * The values before they were quantized, in the order of `dims`: they are written where the packed form would take more bytes. Asked
   * for when the model is written. Default: the values that the codes stand for.
   */
  readonly original?: () => Promise<Float32Array>;
}

export interface WriteOptions {
  /** The plan that the weights were quantized by: it stands in the metadata, and what was quantized is known by it later. */
  readonly plan?: QuantizationPlan;
  /** What the model was made from, for the metadata. Default: the builder's name and no bytes. */
  readonly source?: { readonly name: string; readonly bytes: number };
  /** `true`: large tensors go into a file beside the model. Default: models above 1.5 GB are split. */
  readonly external?: boolean;
  /** Path of that file. Default: the model's name with `.lowbit.data`. */
  readonly externalPath?: string;
}

/** A file that was built. */
export interface BuiltModel {
  /** Put together when they are first asked for. */
  readonly bytes: Uint8Array;
  /** The same one after the other, in which large tensors stay where they are: a file can be written of it that is never in memory twice. */
  readonly pieces: readonly Uint8Array[];
  /** Bytes of the file alone. */
  readonly size: number;
  /** The file beside it, where there is one. */
  readonly externalData?: readonly ExternalFile[];
  /** How each quantized weight is stored, in the order in which they were added; `float` tells of original values in its place. */
  readonly storage: readonly StorageNote[];
}

/** A file that is made while it is written. */
export interface StreamedModel extends Pick<BuiltModel, 'size' | 'externalData' | 'storage'> {
  /** Its bytes one after the other. Constants are read when it is their turn, and again when pieces are asked for again. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** An ONNX model that comes to be node by node; values are known by their names. */
export interface ModelBuilder {
  readonly opset: number;
  /** An input of the model. @param shape A text is a size that is not known beforehand. @returns Its name, as it was given. */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): string;
  /**
   * A constant.
   *
   * @param values Row-major, or what reads them when they are written.
   * @returns Its name: `near`, or `near` with a number behind it.
   */
  constant(
    near: string,
    type: ElementType,
    dims: readonly number[],
    values: ArrayLike<number> | ReadValues,
  ): string;
  /**
   * A quantized weight: a value of floats that is stored packed. Its form is chosen when the model is written, by the operators
   * that take it, the target and `optimize`, as that of a weight in a file that `onnx` quantizes.
   *
   * @returns Its name: `near`, or `near` with a number behind it.
   */
  weight(near: string, tensor: QuantizedTensor, options?: WeightOptions): string;
  /**
   * Tells what a weight would take in the file with other tensors, as the `cost` of a port does: an upper bound, of the one that takes
   * most. Values do not matter. It knows the model as it was when it was asked for.
   *
   * @throws LowbitError `plan-mismatch` for what is no weight of the model; `model-opset`, `model-version` as `write`.
   */
  costs(): (weight: string, tensors: readonly QuantizedTensor[]) => StorageCost;
  /** A node with one result. @param inputs Names; an empty text leaves an optional input out. @returns The result's name. */
  node(op: string, inputs: readonly string[], options?: NodeOptions): string;
  /** A node with several results. @returns Their names. */
  nodes(op: string, inputs: readonly string[], results: number, options?: NodeOptions): readonly string[];
  /**
   * The forward pass of a quantizer of activations, as nodes.
   *
   * @param row For quantizers that see patches: how many values follow one another in a row, which each is seen on its own. Those
   *   that see samples take the first axis for that of samples.
   * @returns Name of the quantized value, of the same shape.
   * @throws LowbitError `unsupported-option` where `row` is needed and not given, and for a dynamic quantizer without a forward
   *   pass; `plugin-failed`.
   */
  activation(value: string, site: FittedSite, row?: number): string;
  /** Makes a value an output of the model. @param name Default: the value's own. */
  output(value: string, type: ElementType, shape: readonly (number | string)[], name?: string): void;
  /**
   * The file. The builder can go on and write again.
   *
   * @throws LowbitError `graph-invalid` for a model without nodes or outputs; `model-opset`, `model-version` where the target's runtime
   *   does not load it; `model-too-large`.
   */
  write(options?: WriteOptions): Promise<BuiltModel>;
  /** The same file, of which large constants that are read late are in memory one at a time. Throws as `write`. */
  stream(options?: WriteOptions): Promise<StreamedModel>;
}
