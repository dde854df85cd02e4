/** For authors of adapters: what a port takes and gives, storage forms, calibration, checks of arguments. */
export { type StatisticsCollector, statisticsCollector } from './calibration/collector.js';
export { checkCalibration } from './calibration/check-calibration.js';
export type { SamplesOfBatch } from './calibration/held-out.js';
export type { GroupInputs, ObservedInputs } from './calibration/input-statistics.js';
export type { InputMoments } from './calibration/moments.js';
export { type CutRows, type RowGatherer, rowGatherer } from './calibration/row-gatherer.js';
export { batchRange } from './calibration/summarize.js';
export { type BatchRange, type RangeCollector, rangeCollector } from './calibration/range-collector.js';
export { type WindowAxis, type WindowPlaces, windowPlaces } from './calibration/window-places.js';
export { roundHalfEven } from './numeric/round.js';
export {
  checkArgument,
  checkOptions,
  type OptionType,
  type OptionTypes,
  optionTypes,
} from './errors/check-argument.js';
export { checkOptionNames } from './errors/check-option-names.js';
export { nearestName, suggestName } from './errors/nearest-name.js';
export { stopIfAborted } from './errors/stop-if-aborted.js';
export { pauses } from './contract/pause.js';
export { checkBatches, finiteBatches } from './contract/check-batches.js';
export { classLabels } from './contract/class-labels.js';
export { knownName } from './contract/known-name.js';
export { labelsOf } from './contract/labels.js';
export type { LabelValues } from './contract/model-run.js';
export { strangeLabel } from './contract/strange-label.js';
export { strangeValue } from './contract/strange-value.js';
export { checkedWriter } from './contract/checked-writer.js';
export { checkPortOptions } from './contract/check-port-options.js';
export { noRounder } from './contract/choice.js';
export { defined } from './contract/defined.js';
export type {
  ActivationNote,
  Applied,
  BiasNote,
  FittedActivations,
  FittedSite,
  ModelWriter,
  Outcome,
  RunResult,
} from './contract/model-writer.js';
export { numberedBatches } from './contract/numbered-batches.js';
export {
  type CaptureInputsOptions,
  type InputCapture,
  type InputsOfWeights,
  mostInputRows,
  type ObserveInputsOptions,
} from './contract/observed-inputs.js';
export type { PortCapabilities } from './contract/port.js';
export type { WantedForm, WeightSettings } from './contract/descriptors.js';
export type {
  ModelInterface,
  ModelValue,
  NamedInterface,
  OutputValues,
  RunnableModel,
} from './contract/runnable-model.js';
export { scalesPixels } from './contract/scales-pixels.js';
export type { HeldValues, SimulatedWeight, TrainablePort } from './contract/trainable-port.js';
export { matchesGlob } from './policy/glob.js';
export { fromFloat16Bits, roundToFloat16, toFloat16Bits } from './numeric/float16.js';
export { toFloat32, toScale } from './numeric/float32.js';
export { joinBytes } from './numeric/join-bytes.js';
export { type Random, seedFrom } from './numeric/random.js';
export { range } from './numeric/mean-and-range.js';
export { arrayOps } from './ops/array.js';
export type { Ops } from './ops/ops.js';
export type { CostEntry, StorageCost } from './contract/storage-cost.js';
export { packedCost, standIns } from './plan/packed-cost.js';
export { groupSize, slicingOf } from './plan/granularity.js';
export type { PlannedWork } from './plan/make-plan.js';
export type { ResolvedEntry, ResolvedPlan, ResolvedSite } from './contract/resolved-plan.js';
export { storedPlan, type StoredPlan } from './plan/stored-plan.js';
export { withoutUnfit } from './session/without-unfit.js';
export type { PortForm } from './contract/plan.js';
export { choosePluginOf, chooseQuantizer, type ChosenQuantizer, optionsOf } from './plugin/choose.js';
export { hasZeroPoints } from './plugin/has-zero-points.js';
export { levelsOf, sliceParameters } from './scheme/scheme.js';
export { backwardOf, forwardOf, siteParameters } from './plugin/forward.js';
export { activationSite, observedBy } from './plugin/activation-site.js';
export type { OptionDescription, OptionSchema } from './contract/options.js';
export type { NormalDistribution, Observed, Role, Site } from './contract/quantizer.js';
export { checkPlugin } from './contract/registry.js';
export { bitsPerWeight, type PackedHeader, packedTensorBytes } from './scheme/container.js';
export { levelValue } from './scheme/decode.js';
export { expander } from './scheme/expander.js';
export { multiplier, type WriteInputs } from './scheme/multiplier.js';
export { wrongHeaderMember } from './scheme/wrong-header-member.js';
export type { EncodeSettings } from './scheme/encode.js';
export { type EvenLevels, evenLevels } from './scheme/even-levels.js';
export type { SchemeOutline } from './scheme/outline.js';
export { pack, packedBytes, unpack } from './scheme/pack.js';
export { sizeOf } from './scheme/shape.js';
export { parameterShape, sliceLayout, type SliceLayout } from './scheme/slicing.js';
export type { AffineScheme, CodebookScheme, ResidualScheme, SliceParameters } from './scheme/types.js';
export { type ZeroPointForm, zeroPointForm } from './scheme/zero-point.js';
export {
  type Difference,
  differenceOf,
  type DifferenceSums,
  mergeDifferences,
  sumDifferences,
} from './report/difference.js';
export { labelUse } from './report/label-use.js';
export { countEqual, topClasses } from './report/top-classes.js';
export { areMany, leastDecibels } from './report/judged-outputs.js';
export { withModelBytes } from './report/verdict.js';
