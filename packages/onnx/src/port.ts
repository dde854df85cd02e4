import {
  LowbitError,
  type Applied,
  type LayerDescriptor,
  type ModelPort,
  type Outcome,
  type PortCapabilities,
} from '@lowbit/core';
import { describeModel } from './describe/describe-model.js';
import { layerDescriptors } from './layer-descriptors.js';
import { readModel } from './read/read-model.js';
import { addMetadata } from './rewrite/metadata.js';
import { rewriteModel } from './rewrite/rewrite-model.js';
import type { Optimize } from './target/target.js';
import { writeModel } from './write/write-model.js';

export interface OnnxOptions {
  /** Name of the model in messages and in the provenance, usually the file's. Default `model.onnx`. */
  readonly name?: string;
  /**
   * `speed` (default): the runtime makes the weights into floats once, at load; the file is small, speed and memory
   * are those of floats. `memory`: weights stay packed where a packed form exists, and are decoded on every run.
   */
  readonly optimize?: Optimize;
}

/** A quantized model. */
export interface OnnxResult {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
}

const supports: PortCapabilities = {
  schemes: ['affine', 'codebook', 'residual'],
  parameterStorage: ['float32', 'float16'],
  activations: false,
};

/**
 * An ONNX file as a model to quantize, for onnxruntime-web ≥ 1.24 on WebAssembly. The bytes are never changed, and
 * the versions of the file's operators and of its format stay as they are.
 *
 * @throws LowbitError from `layers` and `apply`: see `readModel`; from `apply` also `plan-mismatch`.
 * @example
 * const { model, report } = await quantize(onnx(bytes), { weights: minMax(), bits: 8 });
 */
export function onnx(bytes: Uint8Array, options: OnnxOptions = {}): ModelPort<OnnxResult> {
  const { name = 'model.onnx', optimize = 'speed' } = options;
  checkOptimize(optimize);
  let layers: readonly LayerDescriptor[] | undefined;
  return {
    name: 'onnx',
    supports,
    layers() {
      layers ??= layerDescriptors(describeModel(readModel(bytes, name)).layers);
      return layers;
    },
    apply: (outcome) => applyTo(bytes, name, optimize, outcome),
  };
}

function applyTo(bytes: Uint8Array, name: string, optimize: Optimize, outcome: Outcome): Applied<OnnxResult> {
  const model = readModel(bytes, name);
  const { sites } = describeModel(model);
  const storage = rewriteModel(model, sites, outcome.weights, optimize);
  addMetadata(model.proto, outcome.plan, { name, bytes: bytes.length });
  const written = writeModel(model);
  return { model: { bytes: written }, storage, modelBytes: { before: bytes.length, after: written.length } };
}

function checkOptimize(optimize: string): void {
  if (optimize === 'speed' || optimize === 'memory') return;
  throw new LowbitError({
    code: 'unsupported-option',
    where: 'optimize',
    expected: 'speed or memory',
    received: String(optimize),
  });
}
