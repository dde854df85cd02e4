import type { WeightReport } from '@lowbit/core';
import { formatBytes, formatCount, formatError, formatReal } from '../figures/numbers.js';
import { sortableSignal } from '../figures/extreme-errors.js';
import { empty, markup, type Markup } from './markup.js';

interface WeightColumn {
  readonly label: string;
  readonly title?: string;
  /** What the column sorts by: a number, or the text itself. */
  readonly key: (weight: WeightReport) => number | string;
  readonly show: (weight: WeightReport) => Markup | string;
}

const columns: readonly WeightColumn[] = [
  { label: 'Weight', key: ({ id }) => id, show: ({ id }) => markup`<span class="name">${id}</span>` },
  { label: 'Operator', key: ({ op }) => op, show: ({ op }) => op },
  { label: 'Shape', key: ({ values }) => values, show: ({ shape }) => shape.join(' × ') || 'scalar' },
  {
    label: 'Bits',
    title: 'Bits of a code',
    key: ({ bits }) => bits,
    show: ({ bits, reason }) => markup`<span class="chip bits-${bits}" title="${reason}">${bits}</span>`,
  },
  {
    label: 'Method',
    key: ({ quantizer }) => quantizer,
    show: ({ quantizer }) => markup`<span class="nowrap">${quantizer}</span>`,
  },
  {
    label: 'Scope',
    title: 'What shares one set of parameters, and how many sets there are',
    key: ({ slices }) => slices,
    show: ({ granularity, slices }) => `${granularity}, ${formatCount(slices)}`,
  },
  { label: 'Float', key: ({ sizes }) => sizes.float, show: ({ sizes }) => formatBytes(sizes.float) },
  { label: 'Stored', key: ({ sizes }) => sizes.stored, show: ({ sizes }) => formatBytes(sizes.stored) },
  {
    label: 'Bits a weight',
    title: 'Stored bits a weight, scales, offsets and codebooks counted',
    key: (weight) => weight.bitsPerWeight,
    show: (weight) => weight.bitsPerWeight.toFixed(2),
  },
  {
    label: 'SQNR',
    title: 'Signal to quantization noise, decibels',
    key: ({ error }) => (error === undefined ? Number.MAX_VALUE : sortableSignal(error)),
    show: ({ error }) => formatError(error),
  },
  {
    label: 'Largest error',
    key: ({ error }) => error?.largest ?? 0,
    show: ({ error }) => formatReal(error?.largest),
  },
  {
    label: 'Form',
    key: ({ form }) => form,
    show: ({ form, storageReason }) => markup`<span title="${storageReason}">${form}</span>`,
  },
];

/** One row a weight, sortable by each column. */
export function renderWeightTable(weights: readonly WeightReport[]): Markup {
  if (weights.length === 0) return markup`<p class="quiet">No weight was quantized.</p>`;
  const isNumber = columns.map(({ key }) => typeof key(weights[0] as WeightReport) === 'number');
  return markup`<div class="scroll tall">
    <table class="sortable">
      <thead>
        <tr>
          ${columns.map((column, i) => renderHead(column, isNumber[i] === true))}
        </tr>
      </thead>
      <tbody>
        ${weights.map((weight) => markup`<tr>${columns.map((column, i) => renderCell(column, weight, isNumber[i] === true))}</tr>`)}
      </tbody>
    </table>
  </div>`;
}

function renderHead({ label, title }: WeightColumn, isNumber: boolean): Markup {
  const tip = title === undefined ? empty : markup` title="${title}"`;
  return markup`<th scope="col" class="${isNumber ? 'number' : ''}"><button type="button"${tip}>${label}</button></th>`;
}

function renderCell({ key, show }: WeightColumn, weight: WeightReport, isNumber: boolean): Markup {
  return markup`<td class="${isNumber ? 'number' : ''}" data-key="${key(weight)}">${show(weight)}</td>`;
}
