import type { WeightReport } from '@lowbit/core';
import { formatBytes, formatError, formatReal, sortableSignal } from 'lowbit/browser';

/** One column of the table of weights. */
export interface WeightColumn {
  readonly label: string;
  /** What the column sorts by: numbers stand on the right. */
  readonly key: (weight: WeightReport) => number | string;
  readonly show: (weight: WeightReport) => string;
  /** Why it is so, shown as a tip. */
  readonly reason?: (weight: WeightReport) => string;
}

/** The first column names the weight. */
export const weightColumns: readonly WeightColumn[] = [
  { label: 'Weight', key: ({ id }) => id, show: ({ id }) => id },
  { label: 'Operator', key: ({ op }) => op, show: ({ op }) => op },
  { label: 'Shape', key: ({ values }) => values, show: ({ shape }) => shape.join(' × ') || 'scalar' },
  { label: 'Bits', key: ({ bits }) => bits, show: ({ bits }) => `${bits}`, reason: ({ reason }) => reason },
  { label: 'Method', key: ({ quantizer }) => quantizer, show: ({ quantizer }) => quantizer },
  {
    label: 'SQNR',
    key: ({ error }) => (error === undefined ? Number.MAX_VALUE : sortableSignal(error)),
    show: ({ error }) => formatError(error),
  },
  {
    label: 'Largest error',
    key: ({ error }) => error?.largest ?? 0,
    show: ({ error }) => formatReal(error?.largest),
  },
  { label: 'Stored', key: ({ sizes }) => sizes.stored, show: ({ sizes }) => formatBytes(sizes.stored) },
  {
    label: 'Form',
    key: ({ form }) => form,
    show: ({ form }) => form,
    reason: ({ storageReason }) => storageReason,
  },
];

/** Ascending order by a column; names as people count, 2 before 10. */
export function compareBy({ key }: WeightColumn): (a: WeightReport, b: WeightReport) => number {
  return (a, b) => {
    const [first, second] = [key(a), key(b)];
    if (typeof first === 'number' && typeof second === 'number') return first - second;
    return String(first).localeCompare(String(second), 'en', { numeric: true });
  };
}
