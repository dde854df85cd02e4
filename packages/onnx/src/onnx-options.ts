import { type Batch, LowbitError } from '@lowbit/core';
import {
  checkOptions as checkTypes,
  optionTypes,
  type OptionType,
  type OptionTypes,
} from '@lowbit/core/adapter';
import type { IntegerChoice } from './integer/cost.js';
import { checkBatches } from './observe/check-batches.js';
import { runtimeType, type OrtRuntime } from './observe/ort.js';
import type { ReadExternalData } from './external/files.js';
import type { ExternalPlace } from './external/place-tensors.js';
import { isInsidePath } from './external/reference.js';
import { type FreezeInputs, freezeInputsType } from './read/freeze-inputs.js';
import { targetType } from './target/runtime.js';
import type { Optimize, RuntimeTarget } from './target/target.js';

export interface OnnxOptions {
  /** Name of the model in messages and in the provenance, usually the file's. Default `model.onnx`. */
  readonly name?: string;
  /**
   * `speed` (default): the runtime makes the weights into floats once, at load; the file is small, speed and memory
   * are those of floats. `memory`: weights stay packed where a packed form exists, and are decoded on every run.
   */
  readonly optimize?: Optimize;
  /** The runtime that the file is made for. Default: onnxruntime-web ≥ 1.24 on WebAssembly. */
  readonly target?: RuntimeTarget;
  /**
   * For activations of 8 bits: computes in integers. Constants, batch normalizations and the like are folded into weights,
   * and layers that integers make faster on WebAssembly offer their values as sites. `operators`: they become
   * `ConvInteger` and `MatMulInteger` with float results, the fastest. `qdq`: convolutions and products are
   * surrounded by `QuantizeLinear` and `DequantizeLinear`, which runtimes fuse to `QLinearConv`, `QGemm` and
   * `MatMulIntegerToFloat`. `faster`: `operators` where a layer gains by them with as many positions as it has, and floats everywhere
   * where the whole network would not; `report.forecast` tells. Weights of such layers get the symmetric grid of their method, unless you chose another.
   *
   * Default: every convolution and product with weights offers what it takes as a site. Any quantizer of activations can
   * be used there: its arithmetic is written in front of the operator, which computes with the quantized values in
   * floats. Quantizers that integer operators cannot compute are written so with `integers` too.
   */
  readonly integers?: IntegerChoice;
  /**
   * With `operators` and `qdq`: layers that compute in integers although such are known to be no faster so, which costs accuracy for nothing: depthwise and narrow
   * convolutions, and what follows a global pooling; names of layers, weights or operators, or globs that fit them. Default: none.
   */
  readonly integersFor?: readonly string[];
  /**
   * Inputs that become constants, so that weights among them can be quantized: `true`, all that have a value in the file; a list, those
   * named. Default: none, since whoever runs the model may give others.
   */
  readonly freezeInputs?: FreezeInputs;
  /**
   * `true`: the model computes in float16 where its range allows, and its constants are float16, at half the bytes; inputs and outputs stay
   * float32. Batch normalizations and the like are folded into weights first, so that what is out of range only before is in range.
   * Squares, long sums, norms, exponentials and what they are made of stay float32, as do layers of at most 1,024 numbers, operators
   * without a float16 form, and those that `keep` names; with `data`, what they show beyond the range does too, and no more of what lies
   * behind squares. `report.float16` tells. Default `false`.
   */
  readonly float16?: boolean | HalfOptions;
  /** The runtime that `observe`, `features` and `run` use: onnxruntime-web, one of its builds, or onnxruntime-node. */
  readonly ort?: OrtRuntime;
  /** Reads a file beside the model, to quantize and to run it. Without it, weights in other files are left as they are. */
  readonly externalData?: ReadExternalData;
  /**
   * `true`: large tensors of the result go into a file beside it; `false`: all into the model; `'fit'`: all into the model where it
   * stays below 1.5 GB, since browsers need extra code for a second file. Default, and for larger models: tensors stay where they are,
   * and what is above 1.5 GB inside is split. What subgraphs and functions hold is never moved, since runtimes
   * would not find it.
   */
  readonly external?: ExternalPlace;
  /**
   * Path of a new file beside the result, relative to its folder. Default: the name with `.lowbit.data` at its end. A
   * number is put in where the model keeps a file of that name.
   */
  readonly externalPath?: string;
  /**
   * Most bytes of tensors in a file: more are spread over several, whose names are numbered. Default: 2 GB in files beside the model,
   * since browsers have no larger arrays, and 1.5 GB in the model.
   */
  readonly externalLimit?: number;
}

/** How a model becomes float16. */
export interface HalfOptions {
  /** Nodes that stay float32: globs of their names or operators. */
  readonly keep?: readonly string[];
  /**
   * Samples to run the model on, in `ort`, before anything is written: they tell how far its values go. What goes further than
   * 65504 / `margin` stays float32, and what lies behind squares and the like need not where it is in range. They are read once.
   */
  readonly data?: Iterable<Batch> | AsyncIterable<Batch>;
  /** How many times as large as on `data` values may become; 1 or more. Default 4. */
  readonly margin?: number;
  /** Whether inputs and outputs of float32 become float16 too, but for those that may be beyond its range. Default `false`. */
  readonly interface?: boolean;
}

export const integerChoices = ['operators', 'qdq', 'faster'] as const satisfies readonly IntegerChoice[];

const text: OptionType = { expected: 'a text', fits: (value) => typeof value === 'string' };

const types: OptionTypes<OnnxOptions> = {
  name: text,
  optimize: optionTypes.any,
  target: targetType,
  integers: optionTypes.any,
  integersFor: {
    expected: 'a list of names or globs',
    fits: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  },
  freezeInputs: freezeInputsType,
  float16: {
    expected: 'true, false or { keep, data, margin, interface }',
    fits: (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  },
  ort: runtimeType,
  externalData: optionTypes.callback,
  external: {
    expected: "true, false or 'fit'",
    fits: (value) => typeof value === 'boolean' || value === 'fit',
  },
  externalPath: text,
  externalLimit: {
    expected: 'a positive number of bytes',
    fits: (value) => typeof value === 'number' && value > 0,
  },
};

const halfTypes: OptionTypes<HalfOptions> = {
  keep: optionTypes.texts,
  data: optionTypes.any,
  margin: {
    expected: 'a number of 1 or more',
    fits: (value) => typeof value === 'number' && value >= 1 && value < Infinity,
  },
  interface: optionTypes.flag,
};

/** @throws LowbitError `unsupported-option`, `invalid-argument`. */
export function checkOptions(options: OnnxOptions): void {
  checkTypes(options, types, 'onnx');
  const { optimize = 'speed', integers = 'operators', externalPath } = options;
  checkChoice('optimize', optimize, ['speed', 'memory']);
  checkChoice('integers', integers, integerChoices);
  if (typeof options.float16 === 'object') checkHalves(options.float16, options.ort);
  if (externalPath !== undefined) checkPath(externalPath);
}

function checkHalves(float16: HalfOptions, ort: OrtRuntime | undefined): void {
  checkTypes(float16, halfTypes, 'onnx: float16');
  if (float16.data === undefined) return;
  checkBatches(float16.data);
  if (ort !== undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'onnx: float16: data',
    expected: 'a runtime to run the model on them',
    received: 'none',
    remedy: 'Give ort too, such as onnxruntime-web.',
  });
}

function checkPath(path: string): void {
  if (isInsidePath(path)) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'externalPath',
    expected: 'the path of a file in the folder of the model, relative to it',
    received: JSON.stringify(path),
  });
}

function checkChoice(where: string, given: string, choices: readonly string[]): void {
  if (choices.includes(given)) return;
  throw new LowbitError({
    code: 'unsupported-option',
    where,
    expected: choices.join(' or '),
    received: String(given),
  });
}
