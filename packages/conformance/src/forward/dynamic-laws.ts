import { decode, encode, type Quantizer } from '@lowbit/core';
import { forwardOf, type Ops, type Site } from '@lowbit/core/method';
import type { Law } from '../law.js';
import { compare } from '../ops/compare.js';
import type { TensorValue, ToArray } from '../ops/tensor-value.js';
import { contextOf, fit, usableWidths, type Width } from '../quantizer/fit.js';
import { describe } from '../quantizer/parameters.js';
import { normalValues } from '../samples.js';

/** Rows of very different size, so that what one takes from another shows. */
const rows: readonly Float32Array[] = [
  normalValues(64, 3, 0.2),
  normalValues(64, 4, 2),
  normalValues(64, 5, 40),
];

/**
 * The laws of a quantizer that measures its parameters on every call and says how in a forward pass of its own. A row is
 * what it sees (a sample, a patch), and the site has no parameters.
 *
 * - A row alone becomes what it is encoded and decoded to with parameters fitted to it.
 * - A row becomes the same whatever the other rows are: a network's answer to one sample does not depend on its batch.
 */
export function dynamicLaws<T>(quantizer: Quantizer, ops: Ops<T>, toArray: ToArray<T>): readonly Law[] {
  if (!quantizer.dynamic || quantizer.forward === undefined) return [];
  const run = (values: readonly Float32Array[], width: Width) =>
    toArray(forwardOf(quantizer)(ops, ops.constant(matrixOf(values)), measuredSite(quantizer, width)));
  const forEachRow = async (check: (row: Float32Array, index: number, width: Width) => Promise<void>) => {
    for (const width of usableWidths(quantizer)) {
      if (width.role !== 'activation') continue;
      for (const [index, row] of rows.entries()) await check(row, index, width);
    }
  };
  return [
    {
      title: 'measures its parameters on every call',
      run: () =>
        forEachRow(async (row, index, width) => {
          const tensor = encode(row, [1, row.length], 'tensor', {
            bits: width.bits,
            fit: (values) => fit(quantizer, values, width),
          });
          compareRows(await run([row], width), decode(tensor), place(width, index));
        }),
    },
    {
      title: 'treats each row on its own',
      run: () =>
        forEachRow(async (row, index, width) => {
          const alone = await run([row], width);
          const together = await run(rows, width);
          const start = index * row.length;
          const among = Array.from(together.data).slice(start, start + row.length);
          compareRows({ shape: alone.shape, data: among }, Array.from(alone.data), place(width, index));
        }),
    },
  ];
}

function measuredSite<T>(quantizer: Quantizer, { role, bits }: Width): Site<T> {
  const { options } = contextOf(quantizer, { role, bits });
  return { role, bits, options, parameters: { kind: 'residual', scales: [] } };
}

function matrixOf(values: readonly Float32Array[]): TensorValue {
  const length = values[0]?.length ?? 0;
  return { shape: [values.length, length], data: values.flatMap((row) => Array.from(row)) };
}

/** Permits sums that are added up in another order, relative to the largest value of the row. */
function compareRows(received: TensorValue, expected: ArrayLike<number>, where: string): void {
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  compare(received, { shape: [1, expected.length], data: expected }, () => 2 ** -20 * largest, where);
}

function place(width: Width, row: number): string {
  return `${describe(width)}, row ${row}`;
}
