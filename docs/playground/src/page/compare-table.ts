import { formatDecibels, formatPercent, formatReal, type OutputComparison } from 'lowbit/browser';
import type { CompareResult } from '../shared/messages.js';
import { element } from './element.js';

const columns = ['Output', 'SQNR', 'Largest error', 'Mean error', 'Same top class'] as const;

/** How far the outputs of the result are from those of the original. */
export function compareTable({ batches, outputs, overall }: CompareResult): HTMLElement {
  const rows = outputs.map((output) => [
    output.name,
    decibelText(output),
    errorText(output.largestError),
    errorText(output.meanError),
    topText(output),
  ]);
  return element(
    'div',
    {},
    element(
      'p',
      { class: 'gist' },
      `Over ${batches} ${batches === 1 ? 'batch' : 'batches'}: ${decibelText(overall)}.`,
    ),
    element(
      'div',
      { class: 'scroll', role: 'region', 'aria-label': 'Outputs', tabindex: 0 },
      element(
        'table',
        { class: 'outputs' },
        element('thead', {}, element('tr', {}, ...columns.map(headOf))),
        element('tbody', {}, ...rows.map(rowOf)),
      ),
    ),
  );
}

function headOf(label: string, at: number): HTMLElement {
  return element('th', { scope: 'col', class: at === 0 ? '' : 'number' }, label);
}

function rowOf([name = '', ...cells]: readonly string[]): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name),
    ...cells.map((text) => element('td', { class: 'number' }, text)),
  );
}

function decibelText({ sqnrDb, exact, values }: CompareResult['overall']): string {
  if (values === 0) return 'nothing to compare';
  return sqnrDb === null && !exact ? 'no signal' : formatDecibels(sqnrDb);
}

function errorText(value: number | null): string {
  return value === null ? '–' : formatReal(value);
}

function topText({ top1 }: OutputComparison): string {
  return top1 === undefined ? '–' : `${top1.same} of ${top1.rows}, ${formatPercent(top1.part)}`;
}
