import CliTable from 'cli-table3';
import type { Gate } from './gate.js';
import type { Proof } from './proof.js';
import type { Row, Section } from './section.js';

/** The proof as tables for people. */
export function proofText({ sections, missed, seconds }: Proof): string {
  const all = sections.flatMap(({ gates }) => gates).length;
  const verdict = missed.length === 0 ? `All ${all} gates passed` : `${missed.length} of ${all} gates missed`;
  return [
    ...sections.map(sectionText),
    `${verdict}, measured in ${seconds.toFixed(0)} s.`,
    ...missed.map((one) => `  missed: ${gateText(one)}`),
  ].join('\n');
}

function sectionText({ title, rows, skipped }: Section): string {
  return [
    title,
    ...(rows.length === 0 ? [] : [tableText(rows)]),
    ...skipped.map((reason) => `  skipped: ${reason}`),
    '',
  ].join('\n');
}

function tableText(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const table = new CliTable({ head: columns, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(columns.map((column) => cellText(row[column] ?? '')));
  return table.toString();
}

function cellText(value: string | number): string {
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

function gateText({ name, value, least, most }: Gate): string {
  const bound = most === undefined ? `at least ${least} is needed` : `at most ${most} is allowed`;
  return `${name}: ${cellText(value)}, ${bound}`;
}
