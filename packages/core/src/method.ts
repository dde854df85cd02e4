/** For authors of methods: the interfaces of plugins, and what computes parameters, codebooks and gradients. */
export { statisticsCollector } from './calibration/collector.js';
export { isComplete, type ValueHistogram } from './calibration/site-statistics.js';
export { quantiles, sortedPoints } from './codebook/points.js';
export {
  type ClusterOptions,
  type Clusters,
  codebookOf,
  fitClusters,
  refitClusters,
} from './codebook/fit-clusters.js';
export { type Cluster, clusterMap, type ClusterMap } from './codebook/cluster-map.js';
export { lloyd, type LloydOptions, type LloydResult } from './codebook/lloyd.js';
export { type OptimalCodebook, optimalCodebook } from './codebook/optimal-codebook.js';
export { addProduct } from './kernels/add-product.js';
export { floorLog2, nearestPowerOfTwo, roundHalfEven, roundingShift } from './numeric/round.js';
export type { WeightedPoints } from './codebook/weighted-points.js';
export { checkOptionNames } from './errors/check-option-names.js';
export { LowbitError } from './errors/error.js';
export { suggestName } from './errors/nearest-name.js';
export type { Applied, FittedSite, Outcome } from './contract/model-writer.js';
export type { LayerDescriptor, WeightDescriptor } from './contract/descriptors.js';
export type { SimulatedWeight, TrainablePort } from './contract/trainable-port.js';
export { toFloat32, toScale } from './numeric/float32.js';
export { type Random, seededRandom } from './numeric/random.js';
export { meanAndDeviation, range } from './numeric/mean-and-range.js';
export { arrayOps, type ArrayTensor } from './ops/array.js';
export type { Ops } from './ops/ops.js';
export { totalCost } from './plan/packed-cost.js';
export { isGranularity } from './plan/granularity.js';
export { resolvePlan } from './plan/resolve.js';
export { chooseQuantizer, optionsOf } from './plugin/choose.js';
export { affineGrids, levelsOf, sliceParameters } from './scheme/scheme.js';
export { type GridSearch, type GridStep, searchGrids } from './scheme/search-grids.js';
export type { SliceRanges } from './scheme/slice-ranges.js';
export {
  backwardOf,
  forwardOf,
  nearestLevel,
  nearestWithZeroPoint,
  siteParameters,
} from './plugin/forward.js';
export { activationSite, observedBy } from './plugin/activation-site.js';
export type { OptionDescription, Options, OptionSchema, OptionValue } from './contract/options.js';
export { type Plugin, pluginApi } from './contract/plugin.js';
export type {
  BitAssignment,
  BitwidthPolicy,
  FeatureSet,
  Granularity,
  PolicyContext,
} from './contract/policy.js';
export type {
  FitContext,
  GridKind,
  NormalDistribution,
  Observed,
  Quantizer,
  RefitContext,
  Role,
  Site,
  SiteParameters,
} from './contract/quantizer.js';
export type { Rounder, RounderNeed, RoundingContext, RoundingLayout } from './contract/rounder.js';
export type { Round, Schedule, ScheduledWeight, ScheduleState } from './contract/schedule.js';
export { assignBits } from './policy/assign-bits.js';
export { bitsPerWeight } from './scheme/container.js';
export { levelValue } from './scheme/decode.js';
export { evenLevels } from './scheme/even-levels.js';
export { schemeOutline } from './scheme/outline.js';
export { sizeOf } from './scheme/shape.js';
export type {
  AffineScheme,
  CodebookScheme,
  ResidualScheme,
  Scheme,
  SliceParameters,
} from './scheme/types.js';
export { zeroPointForm } from './scheme/zero-point.js';
export { channelErrors } from './session/channel-errors.js';
