import type { HalfPrecision } from '@lowbit/core';
import { defined, sizeOf } from '@lowbit/core/adapter';
import { activationSites, type SitesByLayer } from './activations/activation-sites.js';
import { normalDistributions, type NormalDistributions } from './activations/normal-distributions.js';
import { describeModel } from './describe/describe-model.js';
import type { ModelDescription } from './describe/described-layer.js';
import { halveModel, type HalfWish } from './float16/halve-model.js';
import type { ExternalFiles } from './external/files.js';
import { externalBytes, externalCounts, moveIn, type ExternalPlace } from './external/place-tensors.js';
import { foldOrdered } from './fold/fold-model.js';
import { foldMoves, outsideMoves } from './fold/fold-moves.js';
import { foldWeights, outsideConstants } from './fold/fold-weights.js';
import { separateNames } from './graph/name-nodes.js';
import { separateValues } from './graph/separate-values.js';
import type { IntegerForm } from './integer/cost.js';
import { allTensors } from './model/all-tensors.js';
import type { GraphOrder } from './model/check-graph.js';
import { isFloatType } from './model/data-types.js';
import { standardDomain, type OnnxModel } from './model/model.js';
import { freezeInputs, type FreezeInputs } from './read/freeze-inputs.js';
import { isExternal } from './model/tensor-data.js';
import { tensorShape } from './model/tensor-shape.js';
import type { OnnxOptions } from './onnx-options.js';
import { raiseOld } from './opset/raise-old.js';
import { readOrdered } from './read/read-model.js';
import { createOperatorSet, type TensorProto } from './schema/proto.js';
import { checkVersions, impliedOpset } from './target/runtime.js';
import type { Runtime } from './target/target.js';
import { wantedForms, type WantsOf } from './wanted-forms.js';

/** The user's model, and how it is wanted. */
export interface ModelSource extends Required<Pick<OnnxOptions, 'name' | 'optimize'>> {
  readonly bytes: Uint8Array;
  readonly files: ExternalFiles | undefined;
  readonly external: ExternalPlace | undefined;
  readonly externalPath: string | undefined;
  readonly externalLimit: number | undefined;
  readonly runtime: Runtime | undefined;
  readonly integers: IntegerForm | undefined;
  /** Integers only where they are faster. */
  readonly onlyFaster: boolean;
  /** What computes in integers all the same. */
  readonly integersFor: readonly string[] | undefined;
  readonly freezeInputs: FreezeInputs | undefined;
  /** Where it is to become float16. */
  readonly halves: HalfWish | undefined;
}

/** A model as it was read. */
interface ReadSource {
  /** Weights that are computed from constants are constants; all that can be is folded where activations may become integers. */
  readonly model: OnnxModel;
  readonly order: GraphOrder;
  /** What batch normalization told before it was folded. */
  readonly normals: NormalDistributions;
  /** Whether reading changed it: names that repeat were made unique, operators written as of a later version. */
  readonly changed: boolean;
  /** What lay in other files before weights were read: how many tensors in each, short lists left out, and bytes of all. */
  readonly outside: { readonly counts: ReadonlyMap<string, number>; readonly bytes: number };
  /** What became float16, where it was to. */
  readonly float16?: HalfPrecision;
}

/** A model as it was read, its layers, and what of them can be quantized how. */
export interface DescribedSource extends ReadSource {
  readonly description: ModelDescription;
  readonly sites: SitesByLayer;
  readonly wants: WantsOf;
}

/**
 * Reads the model anew, as callers change it.
 *
 * @throws LowbitError as `readModel`, `freezeInputs`, `checkVersions` and `raiseOld`.
 */
export async function readSource(source: ModelSource): Promise<ReadSource> {
  const { bytes, name, files, runtime, integers, halves } = source;
  const { model: stated, order: sorted } = readOrdered(bytes, name);
  const outsideBytes = externalBytes(allTensors(stated.proto));
  const known = withStandardDomain(stated, runtime);
  if (source.freezeInputs !== undefined) freezeInputs(known, source.freezeInputs);
  const renamed = [separateNames(known.proto), separateValues(known.proto)].includes(true);
  checkVersions({ ...known, ...defined({ runtime }) }, name);
  const { model, order } = raiseOld({ model: known, order: sorted });
  if (files !== undefined) await loadSmallIntegers(model, files);
  const outside = { counts: externalCounts(allTensors(model.proto)), bytes: outsideBytes };
  const isPacked = source.optimize === 'memory';
  if (files !== undefined) await loadAll(outsideConstants(model, order), files);
  if (files !== undefined && isPacked) await loadAll(outsideMoves(model, order), files);
  const normals = normalDistributions(model, order);
  const isFolded = integers !== undefined || halves !== undefined;
  const whole = foldWeights(model, isFolded ? foldOrdered(model, order).order : order);
  const folded = isPacked ? foldMoves(model, whole) : whole;
  const read = { model, order: folded, normals, changed: renamed || model !== known, outside };
  if (halves === undefined) return read;
  const { report, order: halved } = await halveModel(model, folded, files, halves);
  return { ...read, order: halved, changed: true, float16: report };
}

/** The model with the standard operators imported, as the version that runtimes read it in where it does not say any. */
function withStandardDomain(model: OnnxModel, runtime: Runtime | undefined): OnnxModel {
  const { domains, proto } = model;
  if (domains.has(standardDomain)) return model;
  const opset = impliedOpset(runtime);
  proto.opsetImport = [...proto.opsetImport, createOperatorSet('', opset)];
  return { ...model, opset, domains: new Map([...domains, [standardDomain, opset]]) };
}

/** As {@link readSource}, with the layers. */
export async function readDescribed(source: ModelSource): Promise<DescribedSource> {
  const read = await readSource(source);
  const { model, order, normals } = read;
  const description = describeModel(model, { external: source.files !== undefined, order });
  const sites = activationSites(model, description, source, normals);
  return { ...read, description, sites, wants: wantedForms(model, description.layers, source, sites) };
}

/** Sizes, axes and bounds are short. */
const longest = 1024;

/** Puts short lists of integers, which say how weights are shaped, into the model; the rest stays outside. */
async function loadSmallIntegers({ proto }: OnnxModel, files: ExternalFiles): Promise<void> {
  const isShort = (tensor: TensorProto) => sizeOf(tensorShape(tensor, tensor.name)) <= longest;
  const outside = allTensors(proto).filter(isExternal);
  await loadAll(
    outside.filter((tensor) => !isFloatType(tensor.dataType) && isShort(tensor)),
    files,
  );
}

async function loadAll(tensors: readonly TensorProto[], files: ExternalFiles): Promise<void> {
  for (const tensor of tensors)
    moveIn(tensor, (await files.load(tensor, tensor.name)).rawData as Uint8Array<ArrayBuffer>);
}
