export { statisticsCollector, type StatisticsCollector } from './calibration/collector.js';
export { batchRange } from './calibration/summarize.js';
export { type BatchRange, rangeCollector, type RangeCollector } from './calibration/range-collector.js';
export {
  type Calibration,
  isComplete,
  type RangeStatistics,
  type SiteStatistics,
  type ValueHistogram,
} from './calibration/statistics.js';
export { binnedPoints, quantiles, sortedPoints } from './codebook/points.js';
export {
  clusterLevels,
  type ClusterOptions,
  type Clusters,
  codebookOf,
  fitClusters,
  frozenLevels,
  refitClusters,
} from './codebook/fit-clusters.js';
export { type Cluster, clusterMap, type ClusterMap } from './codebook/cluster-map.js';
export { lloyd, type LloydOptions, type LloydResult } from './codebook/lloyd.js';
export { type OptimalCodebook, optimalCodebook } from './codebook/optimal-codebook.js';
export { floorLog2, nearestPowerOfTwo, roundHalfEven, roundingShift } from './numeric/round.js';
export type { WeightedPoints } from './codebook/weighted-points.js';
export { type ErrorCode, errorCodes } from './errors/codes.js';
export {
  checkArgument,
  checkOptions,
  type OptionType,
  optionTypes,
  type OptionTypes,
} from './errors/check-argument.js';
export { checkOptionNames } from './errors/check-option-names.js';
export { isLowbitError, LowbitError, type Problem } from './errors/error.js';
export { nearestName, suggestName } from './errors/nearest-name.js';
export { stopIfAborted } from './errors/stop-if-aborted.js';
export { wordProblem } from './errors/word.js';
export { checkBatches } from './contract/check-batches.js';
export { checkPortOptions } from './contract/check-port-options.js';
export type * from './contract/port.js';
export type * from './contract/run.js';
export type { HeldValues, SimulatedWeight, TrainablePort } from './contract/trainable-port.js';
export type { Recipe, RecipeSettings } from './contract/recipe.js';
export { fromFloat16Bits, roundToFloat16, toFloat16Bits } from './numeric/float16.js';
export { toFloat32, toScale } from './numeric/float32.js';
export { joinBytes } from './numeric/join-bytes.js';
export { type Random, seededRandom, seedFrom } from './numeric/random.js';
export { meanAndDeviation, range } from './numeric/statistics.js';
export { arrayOps, type ArrayTensor } from './ops/array.js';
export type { Ops } from './ops/ops.js';
export type { CostEntry, StorageCost } from './contract/cost.js';
export { packedCost, standIns, totalCost } from './plan/cost.js';
export { groupSize, isGranularity } from './plan/granularity.js';
export { makePlan, type PlannedWork, type PlanOptions } from './plan/make-plan.js';
export { parsePlan } from './plan/parse-plan.js';
export { resolvePlan } from './plan/resolve.js';
export type { ResolvedEntry, ResolvedPlan, ResolvedSite } from './contract/resolved-plan.js';
export { storedPlan, type StoredPlan } from './plan/stored-plan.js';
export type {
  ActivationEntry,
  FloatEntry,
  PlanEntry,
  PortForm,
  QuantizationPlan,
  QuantizedEntry,
} from './contract/plan.js';
export type { BitPolicyChoice, QuantizerChoice, ScheduleChoice } from './contract/choice.js';
export { choosePluginOf, chooseQuantizer, type ChosenQuantizer, optionsOf } from './plugin/choose.js';
export { hasZeroPoints } from './plugin/has-zero-points.js';
export { affineGrids, levelsOf, sliceParameters } from './scheme/scheme.js';
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
  Observed,
  GridKind,
  NormalDistribution,
  Quantizer,
  RefitContext,
  Role,
  Site,
  SiteParameters,
} from './contract/quantizer.js';
export { checkPlugin, type Registry, registry } from './contract/registry.js';
export { resolveOptions } from './contract/resolve-options.js';
export type { Round, Schedule, ScheduledWeight, ScheduleState } from './contract/schedule.js';
export { assignBits } from './policy/assign-bits.js';
export { byName, byOp, cascade, ends, everywhere } from './policy/policies.js';
export type { PolicyChoice } from './policy/overrides.js';
export { decibels, measureError } from './report/measure.js';
export type {
  ActivationReport,
  ErrorMeasures,
  FittedRange,
  GridCost,
  Histogram,
  Report,
  ReportedParameters,
  Sizes,
  SkippedReport,
  WeightReport,
} from './report/report.js';
export {
  bitsPerWeight,
  type PackedHeader,
  type PackedTensor,
  packedTensorBytes,
  packTensor,
  unpackTensor,
} from './scheme/container.js';
export { decode, levelValue } from './scheme/decode.js';
export { encode, type EncodeSettings } from './scheme/encode.js';
export { evenLevels, type EvenLevels } from './scheme/even-levels.js';
export { schemeOutline, type SchemeOutline } from './scheme/outline.js';
export { pack, packedBytes, unpack } from './scheme/pack.js';
export { sizeOf } from './scheme/shape.js';
export { parameterShape, sliceLayout, type SliceLayout } from './scheme/slicing.js';
export type {
  AffineScheme,
  CodebookScheme,
  ParameterStorage,
  QuantizedTensor,
  ResidualScheme,
  Scheme,
  SliceParameters,
  Slicing,
} from './scheme/types.js';
export { type ZeroPointForm, zeroPointForm } from './scheme/zero-point.js';
export { type ApplyOptions, applyPlan, type Quantized } from './session/apply-plan.js';
export type { CancelSignal, ProgressEvent, QuantizeOptions, SessionOptions } from './contract/events.js';
export { quantize } from './session/quantize.js';
export type { FrozenWeight, TrainingCheckpoint } from './training/checkpoint.js';
export type { Trained, TrainingRound, TrainingRun, TrainOptions } from './training/run.js';
export { loadCheckpoint, storeCheckpoint, type StoredCheckpoint } from './training/store-checkpoint.js';
export { train } from './training/train.js';
