/** The parts of the command line that need no Node: charts, figures and comparing, for pages that show them. */
export {
  differenceOf,
  formatBytes,
  formatCount,
  formatDecibels,
  formatError,
  formatPercent,
  formatRatio,
  formatReal,
  gatherWarnings,
  groupByReason,
  mergeDifferences,
  outputCollector,
  renderErrorChart,
  renderHistogram,
  sortableSignal,
  wordedValue,
  type Difference,
  type ModelValue,
  type OutputComparison,
} from '@lowbit/report';
export type { CalibrationInput } from './calibration/index.js';
export type { Pixels } from './calibration/image/pixels.js';
export { imagePreparation } from './calibration/image/preparation.js';
export { prepareImage } from './calibration/image/prepare.js';
export { settleShapes } from './compare/open-sizes.js';
export { randomBatches } from './compare/random-batches.js';
export { calibrationInputs } from './model/calibration-inputs.js';
export { interfaceOf } from './model/model-interface.js';
export { integerLayers } from './quantize/integer-layers.js';
