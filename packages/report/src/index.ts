export { alignNames } from './compare/align-names.js';
export { checkInterfaces } from './compare/check-interfaces.js';
export { compareModels, type CompareSettings } from './compare/compare-models.js';
export type { Accuracy, Agreement, Comparison, LabelError, OutputComparison } from './compare/comparison.js';
export { differenceOf, mergeDifferences, sumDifferences } from '@lowbit/core/adapter';
export type { Difference, DifferenceSums } from '@lowbit/core/adapter';
export { wordedValue } from './compare/worded-value.js';
export { outputCollector, type OutputCollector } from './compare/output-collector.js';
export type { PairedTimes } from './compare/paired-times.js';
export type { ModelValue, NamedInterface, OutputValues, RunnableModel } from '@lowbit/core/adapter';
export { budgetLines } from './figures/budget-lines.js';
export { extremeErrors, sortableSignal, type MeasuredWeight } from './figures/extreme-errors.js';
export { gatherWarnings } from './figures/gather-warnings.js';
export { groupByReason, type SkippedGroup } from './figures/group-by-reason.js';
export type { CalibrationReport, DataReport, InputsReport, RandomReport } from './figures/inputs-report.js';
export {
  formatBytes,
  formatCount,
  formatDecibels,
  formatError,
  formatMilliseconds,
  formatPercent,
  formatRange,
  formatRatio,
  formatReal,
  formatShare,
} from './figures/numbers.js';
export { parameterWords } from './figures/parameter-words.js';
export { editablePlan } from './figures/decisions.js';
export { planSentences, type PlanSentence } from './figures/plan-sentences.js';
export { roundingLines } from './figures/rounding-lines.js';
export { verdictLines } from './figures/verdict-lines.js';
export { wantedLines } from './figures/wanted-lines.js';
export { renderErrorChart } from './html/error-chart.js';
export { renderHistogram } from './html/histograms.js';
export type { Markup } from './html/markup.js';
export { renderHtmlReport } from './html/render.js';
export type { HtmlReportOptions, LeadingCell, LeadingTable, ReportSection } from './html/types.js';
export { mergeSweeps, type SweepDocument, type SweepRow } from './sweep/sweep-document.js';
export { renderSweepPage, type SweepPageOptions } from './sweep/sweep-page.js';
