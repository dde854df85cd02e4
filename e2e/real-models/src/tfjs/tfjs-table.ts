import CliTable from 'cli-table3';
import type { TfjsRow } from './measure-tfjs.js';

const head = ['model', 'weights', 'on disk', 'brotli', 'in memory', 'packed', 'same class', 'right', 'SQNR'];

/** One table over all models, as text. */
export function tfjsTable(rows: readonly TfjsRow[]): string {
  const table = new CliTable({ head, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(cells(row));
  return table.toString();
}

function cells(row: TfjsRow): string[] {
  return [
    row.model,
    row.variant,
    size(row.diskBytes),
    size(row.brotliBytes),
    size(row.floatMemoryBytes),
    row.packedMemoryBytes === null ? '' : size(row.packedMemoryBytes),
    `${(100 * row.agreement).toFixed(1)} % of ${row.samples}`,
    row.accuracy === null ? '' : `${(100 * row.accuracy).toFixed(1)} %`,
    row.outputSqnrDb === null ? '' : `${row.outputSqnrDb.toFixed(1)} dB`,
  ];
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
