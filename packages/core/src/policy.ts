/** For everybody who decides bits: policies, budgets, what is measured for them, and the curve of what can be had. */
export type { BudgetReport } from './contract/budget-report.js';
export type {
  CandidateChoice,
  EffectKind,
  JointEffect,
  LayerSeparability,
  MeasuredCandidate,
  MeasuredItem,
  Measurements,
  WrittenSize,
} from './contract/measurements.js';
export type { BudgetTerms, Candidate, Metric } from './contract/policy.js';
export { type Classes, classesOf } from './measure/classes.js';
export type { LayerFeatures } from './measure/layer-features.js';
export { traceRatio } from './measure/trace-ratio.js';
export { candidateKey } from './policy/candidates.js';
export { mergeMeasurements } from './policy/merge-measurements.js';
export { budget, type Budget } from './policy/budget.js';

export { cascade } from './policy/cascade.js';
export { atLeast, byShape, float, type ShapeRule } from './policy/filters.js';
export { assignedBytes, bytesBeside } from './policy/measured-bytes.js';
export { frontier, type FrontierOptions, type FrontierPoint } from './policy/frontier.js';
export {
  type KnapsackOption,
  type KnapsackProblem,
  type KnapsackSolution,
  leastCost,
  solveKnapsack,
} from './policy/knapsack.js';
export { byName, byOp, ends, everywhere } from './policy/policies.js';
export { measure, measureChoices, type MeasureOptions } from './session/measure.js';
export { measuring, type Measuring } from './session/measuring.js';
