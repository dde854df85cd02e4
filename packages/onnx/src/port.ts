import {
  LowbitError,
  type Applied,
  type Batch,
  type LayerDescriptor,
  type ModelPort,
  type Outcome,
  type PortCapabilities,
  type SessionOptions,
} from '@lowbit/core';
import { activationSites } from './activations/activation-sites.js';
import { applyActivations } from './activations/apply-activations.js';
import { normalDistributions, type NormalDistributions } from './activations/normal-distributions.js';
import { describeModel } from './describe/describe-model.js';
import { foldModel } from './fold/fold-model.js';
import type { IntegerForm } from './integer/cost.js';
import { withReason } from './integer/with-reason.js';
import { writeIntegers } from './integer/write-integers.js';
import { layerDescriptors } from './layer-descriptors.js';
import { measureFeatures } from './observe/features.js';
import { observeModel } from './observe/observe-model.js';
import type { OrtRuntime } from './observe/ort.js';
import { runModel, type RunOutputs } from './observe/run-model.js';
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
  /**
   * For activations of 8 bits: computes in integers. Constants, batch normalizations and the like are folded into weights,
   * and layers that integers make faster on WebAssembly offer their values as sites. `operators`: they become
   * `ConvInteger` and `MatMulInteger` with float results, the fastest. `qdq`: convolutions are surrounded by
   * `QuantizeLinear` and `DequantizeLinear`, which runtimes fuse to `QLinearConv`.
   *
   * Default: every convolution and product with weights offers what it takes as a site. Any quantizer of activations can
   * be used there: its arithmetic is written in front of the operator, which computes with the quantized values in
   * floats. Quantizers that integer operators cannot compute are written so with `integers` too.
   */
  readonly integers?: IntegerForm;
  /** The runtime that `observe`, `features` and `run` use: onnxruntime-web, one of its builds, or onnxruntime-node. */
  readonly ort?: OrtRuntime;
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
  activations: true,
};

/** An ONNX file as a model to quantize. */
export interface OnnxPort extends ModelPort<OnnxResult> {
  /** Runs the model as it is, batch by batch. Absent without `ort`. */
  run?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: SessionOptions): AsyncIterable<RunOutputs>;
}

/**
 * An ONNX file as a model to quantize, for onnxruntime-web ≥ 1.24 on WebAssembly. The bytes are never changed, and
 * the versions of the file's operators and of its format stay as they are.
 *
 * @throws LowbitError from `layers` and `apply`: see `readModel`; from `apply` also `plan-mismatch`.
 * @example
 * const { model, report } = await quantize(onnx(bytes), { weights: minMax(), bits: 8 });
 *
 * @example
 * const port = onnx(bytes, { ort, integers: 'operators' });
 * const calibration = await port.observe(batches);
 * const bits = integerWeights(mse({ grid: 'symmetric' }));
 * const { model } = await quantize(port, { bits, activations: minMax(), calibration });
 *
 * @example
 * const { model } = await quantize(onnx(bytes), { weights: absmax(), activations: hwgq(), activationBits: 2 });
 */
export function onnx(bytes: Uint8Array, options: OnnxOptions = {}): OnnxPort {
  const { name = 'model.onnx', optimize = 'speed', externalData, external, target, integers, ort } = options;
  checkChoice('optimize', optimize, ['speed', 'memory']);
  if (integers !== undefined) checkChoice('integers', integers, ['operators', 'qdq']);
  const runtime = target && runtimeOf(target);
  const files = externalData && externalFiles(externalData);
  const source: Source = { bytes, name, optimize, files, external, runtime, integers };
  let layers: Promise<readonly LayerDescriptor[]> | undefined;
  return {
    name: 'onnx',
    supports,
    layers() {
      layers ??= describeSource(source);
      return layers;
    },
    ...(ort === undefined ? {} : running(source, ort)),
    apply: (outcome) => applyTo(source, outcome),
  };
}

/** The user's model, and how it is wanted. */
interface Source extends Required<Pick<OnnxOptions, 'name' | 'optimize'>> {
  readonly bytes: Uint8Array;
  readonly files: ExternalFiles | undefined;
  readonly external: boolean | undefined;
  readonly runtime: Runtime | undefined;
  readonly integers: IntegerForm | undefined;
}

/** A model as it was read. */
interface ReadSource {
  /** Folded where activations may become integers. */
  readonly model: OnnxModel;
  /** What batch normalization told before it was folded. */
  readonly normals: NormalDistributions;
}

async function readSource({ bytes, name, files, runtime, integers }: Source): Promise<ReadSource> {
  const model = readModel(bytes, name);
  checkVersions({ ...model, ...(runtime === undefined ? {} : { runtime }) }, name);
  if (files !== undefined) await loadSmallIntegers(model, files);
  const normals = normalDistributions(model);
  if (integers !== undefined) foldModel(model);
  return { model, normals };
}

const describe = (model: OnnxModel, { files }: Source) =>
  describeModel(model, { external: files !== undefined });

async function describeSource(source: Source): Promise<readonly LayerDescriptor[]> {
  const { model, normals } = await readSource(source);
  const description = describe(model, source);
  return layerDescriptors(
    description.layers,
    source.files,
    activationSites(model, description, source, normals),
  );
}

/** What a port can do that may run the model. */
function running(source: Source, ort: OrtRuntime): Pick<OnnxPort, 'observe' | 'features' | 'run'> {
  return {
    async observe(batches, options) {
      const { model, normals } = await readSource(source);
      const offered = activationSites(model, describe(model, source), source, normals);
      const sites = new Map([...offered.values()].flat().map((site) => [site.id, site]));
      const wanted = options?.sites ?? [...sites.keys()];
      return observeModel(
        model,
        wanted.flatMap((id) => sites.get(id) ?? []),
        ort,
        batches,
        options,
      );
    },
    async features(batches, options) {
      const { model } = await readSource(source);
      return measureFeatures(model, describe(model, source).layers, ort, batches, options);
    },
    async *run(batches, options) {
      const { model } = await readSource({ ...source, integers: undefined });
      yield* runModel(model, source.bytes, ort, batches, options);
    },
  };
}

async function applyTo(source: Source, outcome: Outcome): Promise<Applied<OnnxResult>> {
  const { bytes, name, optimize, files, external, runtime, integers } = source;
  const { model: read } = await readSource(source);
  const { proto } = read;
  const [counts, outside] = [externalCounts(proto), externalBytes(proto)];
  const written = writeIntegers(read, describe(read, source), outcome, integers, runtime);
  const { model, rest } = written;
  const description = describe(model, source);
  const reasons = applyActivations(model, description, { ...outcome, weights: rest }, integers);
  const notes = written.notes(rewriteModel(model, description.sites, rest, optimize, runtime));
  const storage = notes.map((note) => withReason(note, reasons.get(note.id)));
  addMetadata(proto, outcome.plan, { name, bytes: bytes.length });
  const externalData = await settleExternal(model, counts, files, external);
  const file = writeModel(model);
  const after = file.length + externalBytes(proto);
  return {
    model: { bytes: file, ...(externalData.length === 0 ? {} : { externalData }) },
    storage,
    modelBytes: { before: bytes.length + outside, after },
  };
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
