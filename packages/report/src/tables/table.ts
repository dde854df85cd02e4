import CliTable from 'cli-table3';

import { checkArgument } from '@lowbit/core/adapter';
import { checkRows } from '../check-given.js';
import { printable } from './lines.js';

export interface Column {
  readonly label: string;
  readonly align?: 'left' | 'right';
  /** Longest line of a cell in characters; longer text is wrapped. Default: as wide as needed. */
  readonly width?: number;
}

const none = '';
const borderless = {
  top: none,
  'top-mid': none,
  'top-left': none,
  'top-right': none,
  bottom: none,
  'bottom-mid': none,
  'bottom-left': none,
  'bottom-right': none,
  left: none,
  'left-mid': none,
  mid: none,
  'mid-mid': none,
  right: none,
  'right-mid': none,
  middle: '  ',
};

/** A borderless table as text, ending in a line feed. Cells may come from a model: they are made printable. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  checkRows(columns, 'label', {
    where: 'textTable: columns',
    expected: 'a list of columns, each with a label',
    remedy: 'Write [{ label }].',
  });
  const isRow = (row: unknown) => Array.isArray(row) && row.every((cell) => typeof cell === 'string');
  checkArgument(Array.isArray(rows) && rows.every(isRow), rows, {
    where: 'textTable: rows',
    expected: 'a list of rows, each a list of texts',
  });
  const printed = rows.map((row) => row.map(printable));
  return plainTable(columns, printed) ?? measuredTable(columns, printed);
}

/** Characters that take one place each, which need no measuring. */
const single = /^[ -~×]*$/;

/** The table where no cell is wrapped and all characters are known to take one place: measuring takes longer than quantizing a small model. */
function plainTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string | undefined {
  const all = [columns.map(({ label }) => label), ...rows];
  const isPlain = (row: readonly string[]) =>
    row.length === columns.length && row.every((cell) => single.test(cell));
  if (columns.some(({ width }) => width !== undefined) || !all.every(isPlain)) return undefined;
  const widths = columns.map((_, at) => all.reduce((most, row) => Math.max(most, row[at]!.length), 0));
  if (widths.includes(0)) return undefined;
  const line = (row: readonly string[]) =>
    columns.map(({ align }, at) =>
      align === 'right' ? row[at]!.padStart(widths[at]!) : row[at]!.padEnd(widths[at]!),
    );
  return all.map((row) => `${line(row).join(borderless.middle).trimEnd()}\n`).join('');
}

function measuredTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new CliTable({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    head: columns.map((column) => column.label),
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: columns.map((column) => column.width ?? null),
    wordWrap: true,
  });
  for (const row of rows) table.push([...row]);
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
