/** The parts of the command line that need no Node: charts, figures and comparing, for pages that show them. */
export type { CalibrationInput } from './calibration/index.js';
export type { Pixels } from './calibration/image/pixels.js';
export { imagePreparation } from './calibration/image/preparation.js';
export { prepareImage } from './calibration/image/prepare.js';
export type { OutputComparison } from './compare/comparison.js';
export { differenceOf, mergeDifferences, type Difference } from './compare/difference.js';
export { settleShapes } from './compare/open-sizes.js';
export { outputCollector } from './compare/output-collector.js';
export { randomBatches } from './compare/random-batches.js';
export { renderErrorChart } from './html/error-chart.js';
export { renderHistogram } from './html/histograms.js';
export { calibrationInputs } from './model/calibration-inputs.js';
export { interfaceOf, wordedValue, type ModelValue } from './model/model-interface.js';
export {
  formatBytes,
  formatCount,
  formatDecibels,
  formatError,
  formatPercent,
  formatRatio,
  formatReal,
} from './output/numbers.js';
export { integerLayers } from './quantize/integer-layers.js';
export { gatherWarnings } from './report/gather-warnings.js';
export { sortableSignal } from './report/extreme-errors.js';
export { groupByReason } from './report/group-by-reason.js';
