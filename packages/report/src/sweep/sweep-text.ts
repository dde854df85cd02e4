import { checkColors } from '../tables/check-document.js';
import { formatBytes, formatDecibels, formatPercent } from '../figures/numbers.js';
import { heading, indented, plain, printable, type Colors } from '../tables/lines.js';
import { textTable } from '../tables/table.js';
import { checkSweep, type SweepDocument, type SweepRow } from './sweep-document.js';

/** Characters that the longest bar takes. */
const longestBar = 24;

/** What a sweep gave as a table with bars: longer ones keep more. */
export function sweepText(document: SweepDocument, colors: Colors = plain): string {
  checkSweep(document, 'sweepText');
  checkColors(colors, 'sweepText');
  const { input, rows, total } = document;
  const possible = rows.filter(({ trial }) => trial.impossible === undefined);
  const hasClasses = possible.some(({ trial }) => trial.sameClass !== undefined);
  const hasLabels = possible.some(({ trial }) => trial.rightClass !== undefined);
  const best = Math.max(1, ...possible.map(decibelsOf));
  const columns = [
    ...[{ label: 'method' }, { label: 'bits', align: 'right' as const }, { label: 'granularity' }],
    { label: 'file', align: 'right' as const },
    { label: 'bits/weight', align: 'right' as const },
    { label: keptBy(possible), align: 'right' as const },
    ...(hasClasses ? [{ label: 'same class', align: 'right' as const }] : []),
    ...(hasLabels ? [{ label: 'right class', align: 'right' as const }] : []),
    { label: '' },
  ];
  const table = textTable(
    columns,
    possible.map((row) => [
      ...[row.weights, String(row.bits), row.granularity],
      row.trial.bytes === undefined ? '–' : formatBytes(row.trial.bytes),
      row.trial.bitsPerWeight === undefined ? '–' : row.trial.bitsPerWeight.toFixed(2),
      formatDecibels(row.trial.sqnrDb),
      ...(hasClasses ? [percent(row.trial.sameClass)] : []),
      ...(hasLabels ? [percent(row.trial.rightClass)] : []),
      '█'.repeat(Math.round((longestBar * Math.max(0, decibelsOf(row))) / best)),
    ]),
  );
  const missing = total - rows.length;
  const share =
    missing > 0 ? `\n${rows.length} of ${total} settings: the others are those of other shares.\n` : '';
  return `${printable(input)}\n\n${table}${share}${impossibleText(rows, colors)}`;
}

/** Decibels of which bars are drawn; what is exact is as good as anything. */
function decibelsOf({ trial: { sqnrDb } }: SweepRow): number {
  return sqnrDb === null ? 100 : (sqnrDb ?? 0);
}

function keptBy(rows: readonly SweepRow[]): string {
  const [by] = rows.flatMap(({ trial }) => trial.by ?? []);
  return by === 'outputs' ? 'outputs keep' : 'weights keep';
}

const percent = (part: number | undefined): string => (part === undefined ? '–' : formatPercent(part));

function impossibleText(rows: readonly SweepRow[], colors: Colors): string {
  const lines = rows.flatMap(({ weights, bits, granularity, trial }) =>
    trial.impossible === undefined
      ? []
      : [
          printable(
            `${weights}, ${bits} bits, ${granularity}: ${trial.impossible.reason.split('\n')[0] ?? ''}`,
          ),
        ],
  );
  return lines.length === 0 ? '' : heading('not possible', colors) + indented(lines);
}
