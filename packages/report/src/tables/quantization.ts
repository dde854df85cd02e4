import type { Report, WeightReport } from '@lowbit/core';
import type { BudgetReport } from '@lowbit/core/policy';
import { rollups } from 'd3-array';

import { budgetLines } from '../figures/budget-lines.js';
import { extremeErrors, type MeasuredWeight } from '../figures/extreme-errors.js';
import { gatherWarnings } from '../figures/gather-warnings.js';
import { groupByReason } from '../figures/group-by-reason.js';
import { halfLines } from '../figures/half-lines.js';
import type { CalibrationReport, DataReport } from '../figures/inputs-report.js';
import { formatBytes, formatError, formatRatio } from '../figures/numbers.js';
import { parameterWords } from '../figures/parameter-words.js';
import { roundingLines } from '../figures/rounding-lines.js';
import { verdictLines } from '../figures/verdict-lines.js';
import { wantedLines } from '../figures/wanted-lines.js';
import { activationText, calibrationLines } from './activations.js';
import { checkColors } from './check-document.js';
import { heading, indented, plain, printable, type Colors } from './lines.js';
import { textTable } from './table.js';
import { fileLines, savedLines, type WrittenFiles } from './written.js';
import { checkReport } from '../check-given.js';

/** More lines than these hide the rest of the summary. */
const mostWarnings = 5;

/** A quantized model, how it came about, and where it was written. */
export interface QuantizationSummary extends WrittenFiles {
  readonly report: Report;
  /** What activations were observed on; absent when nothing was. */
  readonly calibration?: CalibrationReport;
  /** What outputs were compared on, where nothing was observed; absent when they were not. */
  readonly data?: DataReport;
  /** What became of the budget; absent without one. */
  readonly budget?: BudgetReport;
}

/** A quantization as text for people: what it saved and cost, why, and where the result is. */
export function quantizationText(summary: QuantizationSummary, colors: Colors = plain): string {
  checkReport((Object(summary) as Partial<QuantizationSummary>).report, 'quantizationText: report');
  checkColors(colors, 'quantizationText');
  const { report } = summary;
  const parts = [
    sizesTable(summary),
    ...verdictParts(summary, colors),
    ...budgetParts(summary, colors),
    ...weightParts(report, colors),
    ...wantedParts(report, colors),
    ...roundingParts(report, colors),
    indented(savedLines(summary)),
    ...halfParts(report, colors),
    ...activationParts(summary, colors),
  ];
  if (report.skipped.length > 0)
    parts.push(heading(`Left as they are: ${report.skipped.length}`, colors), skippedLines(report));
  return [...parts, warningLines(report, colors), '\n', ...fileLines(summary, colors)].join('');
}

/** The same of one among several models, as one line. */
export function quantizationLine(
  summary: Pick<QuantizationSummary, 'output' | 'report'> & { readonly input: string },
  colors: Colors = plain,
): string {
  checkReport((Object(summary) as Partial<QuantizationSummary>).report, 'quantizationLine: report');
  checkColors(colors, 'quantizationLine');
  const { input, output, report } = summary;
  const { before, after } = report.modelBytes;
  const sizes = `${formatBytes(before)} → ${formatBytes(after)}, ${formatRatio(after, before)}`;
  const [verdict = 'not measured'] = verdictLines(report);
  return `${printable(input)} → ${colors.green(printable(output))}: ${sizes}, ${printable(verdict)}`;
}

function verdictParts({ report, data }: QuantizationSummary, colors: Colors): readonly string[] {
  const ofData =
    data === undefined ? [] : [`data from ${data.paths.join(', ')}`, ...data.preparation, ...data.notes];
  const lines = [...verdictLines(report), ...ofData];
  return lines.length === 0 ? [] : [heading('Verdict', colors), indented(lines)];
}

function budgetParts({ budget }: QuantizationSummary, colors: Colors): readonly string[] {
  return budget === undefined ? [] : [heading('Budget', colors), indented(budgetLines(budget))];
}

/** Nothing where weights were not to be quantized. */
function weightParts(report: Report, colors: Colors): readonly string[] {
  if (report.weights.length === 0 && report.float16 !== undefined) return [];
  return [
    heading('Error of the weights', colors),
    errorLines(report.weights),
    heading('Stored as', colors),
    formLines(report),
  ];
}

function halfParts({ float16 }: Report, colors: Colors): readonly string[] {
  if (float16 === undefined) return [];
  return [heading('Float16', colors), indented(halfLines(float16).map(printable))];
}

function activationParts({ report, calibration }: QuantizationSummary, colors: Colors): readonly string[] {
  if (report.activations === undefined)
    return calibration === undefined ? [] : [heading('Statistics', colors), calibrationLines(calibration)];
  return [
    heading(`Activations: ${report.activations.filter(({ float }) => float !== true).length}`, colors),
    activationText(report.activations),
    ...(calibration === undefined ? [] : [calibrationLines(calibration)]),
  ];
}

function sizesTable({ report, saved }: QuantizationSummary): string {
  const { sizes, modelBytes, bitsPerWeight, weights, float16 } = report;
  const row = (label: string, before: number, after: number, bits: string): string[] => [
    label,
    formatBytes(before),
    formatBytes(after),
    formatRatio(after, before),
    bits,
  ];
  const ofWeights = [
    row(`${weights.length} weights, stored`, sizes.float, sizes.stored, bitsPerWeight.toFixed(2)),
    row(`${weights.length} weights, in memory`, sizes.float, sizes.memory, ''),
  ];
  return textTable(
    [
      { label: '' },
      { label: 'before', align: 'right' },
      { label: 'after', align: 'right' },
      { label: 'ratio', align: 'right' },
      { label: 'bits a weight', align: 'right' },
    ],
    [
      row(saved === undefined ? 'the whole file' : 'all files', modelBytes.before, modelBytes.after, ''),
      ...(weights.length === 0 && float16 !== undefined ? [] : ofWeights),
    ],
  );
}

function errorLines(weights: readonly WeightReport[]): string {
  const { worst, best } = extremeErrors(weights);
  if (worst === undefined || best === undefined)
    return weights.length === 0 ? '  none\n' : '  not measured\n';
  const line = (label: string, { id, error }: MeasuredWeight): string =>
    `  ${label} ${formatError(error)} signal to noise, ${printable(id)}\n`;
  return worst === best ? line('', worst).replace('   ', '  ') : line('worst', worst) + line('best ', best);
}

function formLines({ weights, plan }: Report): string {
  const groups = rollups(
    weights,
    (group) => group.length,
    ({ form }) => form,
    ({ storageReason }) => storageReason,
  );
  const forms = groups.flatMap(([form, reasons]) =>
    reasons.map(([reason, count]) => `${count} × ${form}: ${reason}`),
  );
  const parameters = parameterWords(plan);
  return indented([...forms, ...(parameters === undefined ? [] : [parameters])]);
}

function wantedParts({ weights }: Report, colors: Colors): readonly string[] {
  const lines = wantedLines(weights);
  return lines.length === 0 ? [] : [heading('Options for packed forms', colors), indented(lines)];
}

function roundingParts(report: Report, colors: Colors): readonly string[] {
  const lines = roundingLines(report);
  return lines.length === 0 ? [] : [heading('Chosen by the data', colors), indented(lines)];
}

function skippedLines({ skipped }: Report): string {
  return indented(groupByReason(skipped).map(({ reason, notes }) => `${notes.length} × ${reason}`));
}

function warningLines(report: Report, colors: Colors): string {
  const warnings = gatherWarnings(report);
  if (warnings.length === 0) return '';
  const mark = colors.yellow('warning:');
  const lines = warnings.slice(0, mostWarnings).map((warning) => `${mark} ${printable(warning)}\n`);
  const more = warnings.length - lines.length;
  if (more > 0) lines.push(`${mark} … and ${more} more; --report and --json list them all\n`);
  return `\n${lines.join('')}`;
}
