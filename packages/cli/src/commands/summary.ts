import type { Report, WeightReport } from '@lowbit/core';
import {
  extremeErrors,
  formatBytes,
  formatError,
  formatRatio,
  gatherWarnings,
  groupByReason,
  type MeasuredWeight,
  parameterWords,
  wantedLines,
} from '@lowbit/report';
import { printable, textTable } from '@lowbit/report/text';
import { rollups } from 'd3-array';

import type { Io } from '../io.js';
import { colorsFor, type Colors } from '../output/colors.js';
import { activationText, calibrationLines } from './activation-text.js';
import type { QuantizeDocument } from './quantize-document.js';
import { savedLines } from './saved-lines.js';
import { sessionLine } from './session-line.js';

/** More lines than these hide the rest of the summary. */
const mostWarnings = 5;

/** What `lowbit quantize` tells people when it is done. */
export function summarize(document: QuantizeDocument, io: Io): string {
  const { report } = document;
  const colors = colorsFor(io.stdout);
  const heading = (text: string): string => `\n${colors.bold(text)}\n`;
  const parts = [
    sizesTable(document),
    heading('Error of the weights'),
    errorLines(report.weights),
    heading('Stored as'),
    formLines(report),
    ...wantedParts(report, heading),
    ...savedLines(document),
    ...activationParts(document, heading),
  ];
  if (report.skipped.length > 0)
    parts.push(heading(`Left as they are: ${report.skipped.length}`), skippedLines(report));
  return [...parts, warningLines(report, colors), '\n', ...fileLines(document, colors)].join('');
}

function activationParts(
  { report, calibration }: QuantizeDocument,
  heading: (text: string) => string,
): readonly string[] {
  if (report.activations === undefined) return [];
  return [
    heading(`Activations: ${report.activations.filter(({ float }) => float !== true).length}`),
    activationText(report.activations),
    ...(calibration === undefined ? [] : [calibrationLines(calibration)]),
  ];
}

function fileLines(
  { output, dataFiles = [], htmlReport, sessionOptions }: QuantizeDocument,
  colors: Colors,
): readonly string[] {
  const session = sessionOptions === undefined ? undefined : sessionLine(sessionOptions);
  return [
    ...(session === undefined ? [] : [`Create its session with the options ${printable(session)}\n`]),
    `${colors.green('Written:')} ${printable(output)}\n`,
    ...dataFiles.map((file) => `${colors.green('Data:')}    ${printable(file)}, which must lie beside it\n`),
    ...(htmlReport === undefined ? [] : [`${colors.green('Report:')}  ${printable(htmlReport)}\n`]),
  ];
}

function sizesTable({ report, saved }: QuantizeDocument): string {
  const { sizes, modelBytes, bitsPerWeight, weights } = report;
  const row = (label: string, before: number, after: number, bits: string): string[] => [
    label,
    formatBytes(before),
    formatBytes(after),
    formatRatio(after, before),
    bits,
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
      row(`${weights.length} weights, stored`, sizes.float, sizes.stored, bitsPerWeight.toFixed(2)),
      row(`${weights.length} weights, in memory`, sizes.float, sizes.memory, ''),
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
  return [...forms, ...(parameters === undefined ? [] : [parameters])]
    .map((line) => `  ${printable(line)}\n`)
    .join('');
}

function wantedParts({ weights }: Report, heading: (text: string) => string): readonly string[] {
  const lines = wantedLines(weights).map((line) => `  ${printable(line)}\n`);
  return lines.length === 0 ? [] : [heading('Options for packed forms'), ...lines];
}

function skippedLines(report: Report): string {
  return groupByReason(report.skipped)
    .map(({ reason, notes }) => `  ${notes.length} × ${printable(reason)}\n`)
    .join('');
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
