/** The parts of the command line that need no Node: charts, figures and comparing, for pages that show them. */
export {
  calibrationInputs,
  imagePreparation,
  prepareImage,
  randomBatches,
  resolveShapes,
  type CalibrationInput,
  type Pixels,
} from '@lowbit/data';
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
  verdictLines,
  wordedValue,
  type Difference,
  type ModelValue,
  type OutputComparison,
} from '@lowbit/report';
export { interfaceOf } from '@lowbit/onnx';
export { integerLayers } from './quantize/integer-layers.js';
