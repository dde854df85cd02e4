import CliTable from 'cli-table3';
import type { LeadingTable } from 'lowbit';
import type { Row, SubjectResult } from './measure-subject.js';

const columns = [
  'model',
  'method',
  'bits',
  'stored',
  'of float',
  'bits/weight',
  'SQNR',
  'time',
  'task',
] as const;

function cells(row: Row): string[] {
  return [
    row.model,
    row.method,
    String(row.bits),
    `${(row.storedBytes / 1e6).toFixed(2)} MB`,
    (row.storedBytes / row.floatBytes).toFixed(3),
    row.bitsPerWeight.toFixed(2),
    Number.isFinite(row.outputSqnrDb) ? `${row.outputSqnrDb.toFixed(1)} dB` : 'exact',
    `× ${(row.quantizedMs / row.floatMs).toFixed(2)}`,
    row.task,
  ];
}

function floatCells({ model, float, rows }: SubjectResult): string[] {
  const bytes = rows[0]?.floatBytes ?? 0;
  return [model, 'float', '32', `${(bytes / 1e6).toFixed(2)} MB`, '1.000', '32.00', '', '× 1.00', float];
}

/** What rows with data saw. */
export const dataNote =
  'With data: rounded, and biases corrected, by a few inputs that the network is run on once as it was (--capture once): ' +
  '5 pages and 20 lines of other words, the first 32 windows of the speech, 8 crops of two of the photographs.';

/** One table over all models, as text: the float model first, then its variants. */
export function textTable(results: readonly SubjectResult[]): string {
  const table = new CliTable({ head: [...columns], style: { head: [], border: [], compact: true } });
  for (const result of results) table.push(floatCells(result), ...result.rows.map(cells));
  return table.toString();
}

/** The same table for the HTML report, verdicts coloured. */
export function htmlTable(results: readonly SubjectResult[]): LeadingTable {
  return {
    title: 'Real models on real inputs',
    note: `SQNR is of the raw outputs; time is one input against float, measured in turns. ${dataNote}`,
    columns: columns.map((label, i) => ({
      label,
      align: i > 1 && i < columns.length - 1 ? 'right' : 'left',
    })),
    rows: results.flatMap((result) => [
      floatCells(result),
      ...result.rows.map((row) => {
        const [task, ...rest] = cells(row).reverse();
        return [
          ...rest.reverse(),
          { text: task ?? '', tone: row.usable ? ('good' as const) : ('bad' as const) },
        ];
      }),
    ]),
  };
}
