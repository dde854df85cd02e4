import { sizeOf } from '@lowbit/core';
import { integerAttribute } from '../../graph/attributes.js';
import { skipReasons } from '../skip-reasons.js';
import type { WeightOperator } from './weight-operator.js';

/** Smaller tables are something else: classes, positions of a window, parameters. */
const least = { rows: 16, values: 1024 };

/** A table of embeddings [entries, features]; each entry owns its parameters. */
export const gather: WeightOperator = {
  takes: 'table',
  roles: (node) => [
    {
      input: 0,
      kernel: 'embedding',
      axes: (shape) => {
        const entries = integerAttribute(node, 'axis', 0) % 2 === 0 ? 0 : 1;
        if (shape.length !== 2 || shape[1 - entries] === 1) return skipReasons.noTable;
        const [rows, values] = [shape[entries] as number, sizeOf(shape)];
        if (rows < least.rows || values < least.values) return skipReasons.smallTable(rows, values);
        return { shape, outputAxes: [entries], inputAxis: 1 - entries };
      },
    },
  ],
};
