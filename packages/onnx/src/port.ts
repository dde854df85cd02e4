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
import type { OnnxModel } from './read/model.js';
import { externalFiles, type ExternalFiles, type ReadExternalData } from './read/external-files.js';
import { readModel } from './read/read-model.js';
import { loadSmallIntegers } from './read/small-integers.js';
import { addMetadata } from './rewrite/metadata.js';
import { rewriteModel } from './rewrite/rewrite-model.js';
import { checkVersions, runtimeOf } from './target/runtime.js';
import type { Optimize, Runtime, RuntimeTarget } from './target/target.js';
import { externalBytes, externalCounts, settleExternal, type ExternalFile } from './write/external-data.js';
import { writeModel } from './write/write-model.js';

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
  /** Reads a file beside the model. Without it, weights in other files are left as they are. */
  readonly externalData?: ReadExternalData;
  /**
   * `true`: large tensors of the result go into a file beside it; `false`: all into the model. Default: tensors stay
   * where they are, and models above 1.5 GB are split.
   */
  readonly external?: boolean;
}

/** A quantized model. */
export interface OnnxResult {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** The files that belong beside it, in the form that onnxruntime-web takes; absent when there are none. */
  readonly externalData?: readonly ExternalFile[];
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
  const { name = 'model.onnx', optimize = 'speed', externalData, external, target } = options;
  checkOptimize(optimize);
  const runtime = target && runtimeOf(target);
  const files = externalData && externalFiles(externalData);
  const source: Source = { bytes, name, optimize, files, external, runtime };
  let layers: Promise<readonly LayerDescriptor[]> | undefined;
  return {
    name: 'onnx',
    supports,
    layers() {
      layers ??= readSource(source).then((model) => layerDescriptors(describe(model, source).layers, files));
      return layers;
    },
    apply: (outcome) => applyTo(source, outcome),
  };
}

/** The user's model, and how it is wanted. */
interface Source extends Required<Pick<OnnxOptions, 'name' | 'optimize'>> {
  readonly bytes: Uint8Array;
  readonly files: ExternalFiles | undefined;
  readonly external: boolean | undefined;
  readonly runtime: Runtime | undefined;
}

async function readSource({ bytes, name, files, runtime }: Source): Promise<OnnxModel> {
  const model = readModel(bytes, name);
  checkVersions({ ...model, ...(runtime === undefined ? {} : { runtime }) }, name);
  if (files !== undefined) await loadSmallIntegers(model, files);
  return model;
}

const describe = (model: OnnxModel, { files }: Source) =>
  describeModel(model, { external: files !== undefined });

async function applyTo(source: Source, outcome: Outcome): Promise<Applied<OnnxResult>> {
  const { bytes, name, optimize, files, external, runtime } = source;
  const model = await readSource(source);
  const { proto } = model;
  const [counts, outside] = [externalCounts(proto), externalBytes(proto)];
  const { sites } = describe(model, source);
  const storage = rewriteModel(model, sites, outcome.weights, optimize, runtime);
  addMetadata(proto, outcome.plan, { name, bytes: bytes.length });
  const externalData = await settleExternal(model, counts, files, external);
  const written = writeModel(model);
  const after = written.length + externalBytes(proto);
  return {
    model: { bytes: written, ...(externalData.length === 0 ? {} : { externalData }) },
    storage,
    modelBytes: { before: bytes.length + outside, after },
  };
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
