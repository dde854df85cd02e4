import type { WeightReport } from '@lowbit/core';
import { element } from './element.js';
import { compareBy, weightColumns, type WeightColumn } from './weight-columns.js';

type Direction = 'ascending' | 'descending';

/** A table with one row a weight. Heads sort it; the button with a weight's name chooses the weight. */
export function weightTable(
  weights: readonly WeightReport[],
  onChoose: (weight: WeightReport) => void,
): HTMLElement {
  const rows = new Map(weights.map((weight) => [weight, weightRow(weight, () => choose(weight))]));
  const body = element('tbody', {}, ...rows.values());
  const heads = weightColumns.map((column) => headOf(column, weights[0], () => sortBy(column)));

  function choose(weight: WeightReport): void {
    for (const [other, row] of rows) row.toggleAttribute('data-chosen', other === weight);
    for (const [other, row] of rows)
      row.querySelector('button')?.setAttribute('aria-pressed', `${other === weight}`);
    onChoose(weight);
  }

  function sortBy(column: WeightColumn): void {
    const head = heads[weightColumns.indexOf(column)] as HTMLElement;
    const direction: Direction = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
    const sorted = [...weights].sort(compareBy(column));
    if (direction === 'descending') sorted.reverse();
    body.append(...sorted.map((weight) => rows.get(weight) as HTMLElement));
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', direction);
  }

  const [first] = weights;
  if (first !== undefined) choose(first);
  return element(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': 'Weights', tabindex: 0 },
    element('table', { class: 'weights' }, element('thead', {}, element('tr', {}, ...heads)), body),
  );
}

function headOf(column: WeightColumn, sample: WeightReport | undefined, onSort: () => void): HTMLElement {
  const button = element('button', { type: 'button' }, column.label);
  button.addEventListener('click', onSort);
  return element('th', { scope: 'col', class: alignment(column, sample) }, button);
}

function weightRow(weight: WeightReport, onChoose: () => void): HTMLElement {
  const [name, ...rest] = weightColumns;
  const button = element('button', { type: 'button', class: 'name' }, name!.show(weight));
  button.addEventListener('click', onChoose);
  const cells = rest.map((column) => {
    const tip = column.reason === undefined ? {} : { title: column.reason(weight) };
    return element('td', { class: alignment(column, weight), ...tip }, column.show(weight));
  });
  return element('tr', {}, element('th', { scope: 'row' }, button), ...cells);
}

function alignment({ key }: WeightColumn, sample: WeightReport | undefined): string {
  return sample !== undefined && typeof key(sample) === 'number' ? 'number' : '';
}
