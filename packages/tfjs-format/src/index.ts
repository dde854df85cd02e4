export {
  expandedWeights,
  inspectModel,
  type ExpandedWeights,
  type InspectedWeight,
  type ModelInspection,
} from './inspect/inspect-model.js';
export { ownClasses, ownClassesNotes, type OperatorCount } from './inspect/operator-counts.js';
export type { PlanSummary, Provenance } from './inspect/provenance.js';
export { quantizableIn, type Quantizable } from './inspect/quantizable.js';
export type { BiasPlace } from './layers/bias-rules.js';
export { distinctNames } from './layers/distinct-names.js';
export { layerFloatReason, weightFloatReason } from './layers/float-reasons.js';
export {
  biasPlace,
  kernelView,
  lastIsOutput,
  layerFamilies,
  linearFamilies,
  type KernelAxes,
  type KernelRule,
  type KernelView,
  type LayerFamily,
} from './layers/layer-families.js';
export { keepsPixels, scalesPixelsItself, type PixelLayer } from './layers/pixel-layers.js';
export { brokenWarning } from './layers/broken-values.js';
export { slicePlaces, type SliceBounds } from './layers/slice-places.js';
export { keepsDistribution, normalizedDistribution } from './sites/normal-distribution.js';
export { patchesProblem, withoutPatches } from './sites/patches-problem.js';
export { loadSite, siteId, storeSite } from './sites/stored-site.js';
export {
  artifactWeights,
  modelArtifacts,
  modelFiles,
  modelLayout,
  weightArtifacts,
  type ModelArtifacts,
  type ModelFiles,
  type ModelLayout,
} from './manifest/artifacts.js';
export { expandWeight } from './manifest/expand-weight.js';
export { checkSpecs } from './manifest/check-spec.js';
export { inShape, packedOf, packWeight, storePacked, unpackWeight } from './manifest/packed-weight.js';
export { modelKind, parseModelJson, type ModelJson, type ModelKind } from './manifest/parse-model-json.js';
export { packedPlain } from './manifest/packed-plain.js';
export { plainTensor } from './manifest/plain-tensor.js';
export { fitsFloat16, plainAgain, plainWeight, type PlainForm } from './manifest/plain-weight.js';
export { checkFileName } from './manifest/parse-text.js';
export { readWeights, shardWeights, type ReadShard, type Shard, type ShardPlace } from './manifest/shards.js';
export { storedBytes, storedWeights, type StoredWeight } from './manifest/stored-weights.js';
export {
  isPacked,
  packedDtype,
  storedForm,
  type ElementType,
  type ManifestGroup,
  type PackedQuantization,
  type PlainQuantization,
  type WeightSpec,
} from './manifest/weight-spec.js';
export { meantPath, renamedFile } from './manifest/weight-path.js';
