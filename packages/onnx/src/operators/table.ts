import { sizeOf } from '@lowbit/core/adapter';
import type { ReadAxes } from './operator.js';

/** Smaller tables are something else: classes, positions of a window, parameters. */
const least = { rows: 16, values: 1024 };

/** A table of embeddings whose axis `entries` indices count along; each entry owns its parameters. */
export const table =
  (entries: 0 | 1): ReadAxes =>
  (shape) => {
    if (shape.length !== 2 || shape[1 - entries] === 1) return noTable;
    const [rows, values] = [shape[entries] as number, sizeOf(shape)];
    if (rows < least.rows || values < least.values) return smallTable(rows, values);
    return { shape, outputAxes: [entries], inputAxis: 1 - entries };
  };

/** Why a constant is no table at all. */
export const noTable = 'the constant is not a table with several values an entry';

const smallTable = (rows: number, values: number): string =>
  `a table of ${rows} rows and ${values} values is too small for an embedding, which has at least 16 rows and 1,024 values`;
