import type { Comparison, OutputComparison } from '../compare/comparison.js';
import type { Difference } from '@lowbit/core/adapter';
import type { InputsReport } from '../figures/inputs-report.js';
import {
  formatBytes,
  formatCount,
  formatDecibels,
  formatMilliseconds,
  formatPercent,
  formatRatio,
  formatReal,
} from '../figures/numbers.js';
import { checkDocument } from './check-document.js';
import { type Colors, heading, indented, plain, printable } from './lines.js';
import { textTable } from './table.js';

/** A file that is compared. */
export interface ComparedFile {
  readonly file: string;
  /** The file, and the files beside it that its tensors lie in. */
  readonly bytes: number;
}

/** Two files, and how they differ: what `lowbit compare --json` prints. */
export interface CompareDocument extends Comparison {
  readonly a: ComparedFile;
  readonly b: ComparedFile;
  /** Bytes of b / bytes of a. */
  readonly sizeRatio: number;
  readonly runtime: string;
  readonly inputs: InputsReport;
}

const dash = '–';

/** A comparison as tables for people. */
export function comparisonText(document: CompareDocument, colors: Colors = plain): string {
  checkDocument(document, ['outputs'], colors, ['comparisonText', 'what lowbit compare --json prints']);
  const { batches } = document;
  const accuracy = labelTable(document, 'labels', ({ accuracy: one }) =>
    one === undefined ? undefined : [String(one.rows), formatPercent(one.a), formatPercent(one.b)],
  );
  const distance = labelTable(document, 'values', ({ labelError: one }) =>
    one === undefined ? undefined : [String(one.values), formatReal(one.a), formatReal(one.b)],
  );
  return [
    modelTable(document),
    timeLine(document),
    heading(`Difference of the outputs on ${batches} ${batches === 1 ? 'batch' : 'batches'}`, colors),
    outputTable(document),
    ...(accuracy === undefined ? [] : [heading('Right by the labels', colors), accuracy]),
    ...(distance === undefined ? [] : [heading('Mean squared distance from the labels', colors), distance]),
    heading('Inputs', colors),
    indented(inputLines(document.inputs)),
    ...warnings(document).map((text) => `${colors.yellow('warning:')} ${printable(text)}\n`),
  ].join('');
}

function modelTable({ a, b, sizeRatio, time }: CompareDocument): string {
  const times =
    time === null
      ? []
      : [['median time', formatMilliseconds(time.a), formatMilliseconds(time.b), time.ratio.toFixed(3)]];
  return textTable(
    [
      { label: '' },
      { label: a.file, align: 'right' },
      { label: b.file, align: 'right' },
      { label: 'ratio', align: 'right' },
    ],
    [['size', formatBytes(a.bytes), formatBytes(b.bytes), formatRatio(sizeRatio, 1)], ...times],
  );
}

function timeLine({ time, runtime }: CompareDocument): string {
  if (time === null) return '';
  const [lower, upper] = [time.lowerQuartile.toFixed(3), time.upperQuartile.toFixed(3)];
  return (
    `  ${runtime}; ${time.rounds} rounds on the first batch, taking turns; the ratio is the median of the rounds' ` +
    `ratios, half of which lie from ${lower} to ${upper}\n`
  );
}

function outputTable({ outputs, overall }: CompareDocument): string {
  const hasClasses = outputs.some(({ top1 }) => top1 !== undefined);
  const all = outputs.length > 1 ? [['all together', ...figures(overall)]] : [];
  const columns = ['output', 'values', 'SQNR', 'largest error', 'mean error'];
  return textTable(
    [...columns, ...(hasClasses ? ['same top class'] : [])].map((label, i) => ({
      label,
      align: i === 0 ? 'left' : 'right',
    })),
    [
      ...outputs.map((output) => [
        output.name,
        ...figures(output),
        ...(hasClasses ? [agreement(output)] : []),
      ]),
      ...all.map((row) => (hasClasses ? [...row, ''] : row)),
    ],
  );
}

function figures(difference: Difference & { readonly type?: string }): string[] {
  const { values, largestError, meanError } = difference;
  return [formatCount(values), decibelWords(difference), formatReal(largestError), formatReal(meanError)];
}

/** In a document that was JSON, the figures that are no finite number are `null`. */
function decibelWords({
  values,
  exact,
  sqnrDb,
  nonFinite,
  type,
}: Difference & { readonly type?: string }): string {
  if (exact || (sqnrDb !== null && Number.isFinite(sqnrDb))) return formatDecibels(sqnrDb);
  if (nonFinite > 0) return type === 'string' ? 'texts differ' : 'not finite';
  return values === 0 || Number.isNaN(sqnrDb) ? dash : 'no signal';
}

function agreement({ top1 }: OutputComparison): string {
  return top1 === undefined ? '' : `${formatPercent(top1.part)} (${top1.same} of ${top1.rows})`;
}

function labelTable(
  { a, b, outputs }: CompareDocument,
  counted: 'labels' | 'values',
  cells: (output: OutputComparison) => readonly string[] | undefined,
): string | undefined {
  const rows = outputs.flatMap((output) => {
    const own = cells(output);
    return own === undefined ? [] : [[output.name, ...own]];
  });
  if (rows.length === 0) return undefined;
  const labels = ['output', counted, a.file, b.file];
  return textTable(
    labels.map((label, i) => ({ label, align: i === 0 ? 'left' : 'right' })),
    rows,
  );
}

function inputLines(inputs: InputsReport): readonly string[] {
  if (inputs.source === 'data') return [inputs.paths.join(', '), ...inputs.preparation, ...inputs.notes];
  const sizes = Object.entries(inputs.sizes).map(([name, size]) => `${name}=${size}`);
  const chosen = sizes.length === 0 ? [] : [`sizes of open axes, changed by --dim: ${sizes.join(', ')}`];
  return [`random, seed ${inputs.seed}: ${inputs.values}`, ...chosen];
}

function warnings({ inputs, outputs, unread = [] }: CompareDocument): readonly string[] {
  const random = inputs.source === 'random' ? inputs.notes : [];
  const without = unread.map(
    (name) => `${name}: the runtime gives no values of this output, which was not compared.`,
  );
  const ofOutputs = outputs.flatMap(({ name, type, values, nonFinite, bothNaN = 0, otherShapes }) => [
    ...(bothNaN > 0
      ? [
          `${name}: ${bothNaN} of ${values + nonFinite} values are NaN in both models, which tells nothing of them.`,
        ]
      : []),
    ...(nonFinite > 0 ? [`${name}: ${nonFinite} ${differing(type)}.`] : []),
    ...(otherShapes > 0
      ? [`${name}: in ${otherShapes} batches the models gave different shapes, which were not compared.`]
      : []),
  ]);
  return [...random, ...without, ...ofOutputs];
}

const differing = (type: string) =>
  type === 'string' ? 'texts differ' : 'pairs differ by a value that is NaN or infinite';
