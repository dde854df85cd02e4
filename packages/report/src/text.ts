export { editablePlan } from './figures/decisions.js';
export { comparisonText, type CompareDocument, type ComparedFile } from './tables/comparison-text.js';
export {
  inspectionText,
  type InspectedFile,
  type InspectedModel,
  type PossibleWeights,
} from './tables/inspection.js';
export {
  kerasInspectionText,
  type InspectedKeras,
  type InspectedKerasLayer,
} from './tables/keras-inspection.js';
export { heading, indented, plain, printable, type Colors } from './tables/lines.js';
export { methodsText } from './tables/methods.js';
export { explanationText, plannedText, type PlannedModel } from './tables/plan-text.js';
export { quantizationLine, quantizationText, type QuantizationSummary } from './tables/quantization.js';
export { textTable, type Column } from './tables/table.js';
export {
  tfjsInspectionText,
  type InspectedTfjs,
  type PlanSummary,
  type PossibleInModel,
  type Provenance,
} from './tables/tfjs-inspection.js';
export {
  expandedLine,
  nextLine,
  sessionLine,
  type ExpandedWeights,
  type WrittenFiles,
} from './tables/written.js';
export type { SweepDocument } from './sweep/sweep-document.js';
export { sweepText } from './sweep/sweep-text.js';
