/** For everybody who makes a model small: quantizing, training, plans, policies, reports, errors. */
export type { InputStatistics } from './calibration/input-statistics.js';
export { loadStatistics } from './calibration/load-statistics.js';
export { mergeStatistics } from './calibration/merge-statistics.js';
export type { Calibration, RangeStatistics, SiteStatistics } from './calibration/site-statistics.js';
export { type StatisticsFile, storeStatistics } from './calibration/store-statistics.js';
export { type ErrorCode, errorCodes } from './errors/codes.js';
export { isLowbitError, LowbitError, type Problem } from './errors/error.js';
export { wordProblem } from './errors/word.js';
export type { Batch, ObserveOptions, RunOptions, RunOutputs, RunTensor } from './contract/model-run.js';
export type { LayerDescriptor, SiteDescriptor, SkipNote, WeightDescriptor } from './contract/descriptors.js';
export type { ModelPort } from './contract/port.js';
export type { HalfPrecision, SpeedForecast, StorageNote } from './contract/model-writer.js';
export type { Recipe, RecipeSettings } from './contract/recipe.js';
export { seededRandom } from './numeric/random.js';
export type { PlanOptions } from './plan/make-plan.js';
export { makePlan } from './session/make-plan.js';
export { parsePlan } from './plan/parse-plan.js';
export type {
  ActivationEntry,
  FloatEntry,
  PlanEntry,
  QuantizationPlan,
  QuantizedEntry,
} from './contract/plan.js';
export type { BitPolicyChoice, QuantizerChoice, RounderChoice, ScheduleChoice } from './contract/choice.js';
export type { Options, OptionValue } from './contract/options.js';
export type { Plugin } from './contract/plugin.js';
export type { BitAssignment, BitwidthPolicy, FeatureSet, Granularity } from './contract/policy.js';
export type { Quantizer } from './contract/quantizer.js';
export type { Rounder } from './contract/rounder.js';
export { registry, type Registry } from './contract/registry.js';
export type { Schedule } from './contract/schedule.js';
export { cascade } from './policy/cascade.js';
export { byName, byOp, ends, everywhere } from './policy/policies.js';
export type { PolicyChoice } from './policy/overrides.js';
export { decibels, measureError } from './report/measure.js';
export type {
  ActivationReport,
  BiasReport,
  ErrorMeasures,
  FittedRange,
  GridCost,
  Histogram,
  Report,
  ReportedParameters,
  RoundingReport,
  Sizes,
  SkippedReport,
  WeightReport,
} from './report/report.js';
export type { RecipeChange } from './report/next-step.js';
export type { Verdict } from './report/verdict.js';
export { type PackedTensor, packTensor, unpackTensor } from './scheme/container.js';
export { decode } from './scheme/decode.js';
export { encode } from './scheme/encode.js';
export type { ParameterStorage, QuantizedTensor, Scheme, Slicing } from './scheme/types.js';
export { type ApplyOptions, applyPlan, type Quantized } from './session/apply-plan.js';
export type { CancelSignal, ProgressEvent, QuantizeOptions, SessionOptions } from './contract/events.js';
export { inputStatistics } from './session/input-statistics.js';
export { quantize } from './session/quantize.js';
export type { FrozenWeight, TrainingCheckpoint } from './training/checkpoint.js';
export type { Trained, TrainingRound, TrainingRun, TrainOptions } from './training/training-run.js';
export { loadCheckpoint, storeCheckpoint, type StoredCheckpoint } from './training/store-checkpoint.js';
export { train } from './training/train.js';
