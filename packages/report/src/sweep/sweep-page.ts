import { checkOptions, type OptionTypes } from '@lowbit/core/adapter';
import { formatBytes, formatDecibels, formatPercent } from '../figures/numbers.js';
import { renderLeadingTable } from '../html/leading-table.js';
import { markup } from '../html/markup.js';
import { renderDocument } from '../html/render.js';
import { sweepChart } from './sweep-chart.js';
import { checkSweep, type SweepDocument, type SweepRow } from './sweep-document.js';

export interface SweepPageOptions {
  /** Default: the path of the model. */
  readonly title?: string;
}

const types: OptionTypes<SweepPageOptions> = {
  title: { expected: 'a text', fits: (value) => typeof value === 'string' },
};

/**
 * One self-contained HTML page about a sweep: size against what is kept, and a table.
 *
 * @throws LowbitError `invalid-argument`, `unsupported-option`.
 */
export function renderSweepPage(document: SweepDocument, options: SweepPageOptions = {}): string {
  checkSweep(document, 'renderSweepPage');
  checkOptions(options, types, 'renderSweepPage');
  const { title = document.input } = options;
  const isOfOutputs = document.rows.some(({ trial }) => trial.by === 'outputs');
  const kept = isOfOutputs
    ? 'the worst output on data'
    : 'the quantized weights together; what outputs keep, only data tell';
  return renderDocument(
    title,
    markup`<header class="page">
        <h1>${title}</h1>
        <p>${document.rows.length} of ${document.total} settings. Decibels are of ${kept}. Higher is better.</p>
      </header>
      <section class="card">${sweepChart(document.rows)}</section>
      ${renderLeadingTable({ columns, rows: document.rows.map(cellsOf) })}`,
  );
}

const columns = [
  ...[{ label: 'method' }, { label: 'bits', align: 'right' as const }, { label: 'granularity' }],
  ...['file', 'bits/weight', 'keeps', 'same class', 'right class'].map((label) => ({
    label,
    align: 'right' as const,
  })),
];

function cellsOf({ weights, bits, granularity, trial }: SweepRow): readonly string[] {
  const { bytes, bitsPerWeight, sqnrDb, sameClass, rightClass, impossible } = trial;
  const told =
    impossible === undefined
      ? [
          ...[
            bytes === undefined ? '–' : formatBytes(bytes),
            bitsPerWeight?.toFixed(2) ?? '–',
            formatDecibels(sqnrDb),
          ],
          ...[sameClass, rightClass].map((part) => (part === undefined ? '–' : formatPercent(part))),
        ]
      : ['not possible', '–', impossible.code, '–', '–'];
  return [weights, String(bits), granularity, ...told];
}
