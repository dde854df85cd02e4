import { integerAttribute } from '../attributes.js';
import { skipReasons } from '../skip-reasons.js';
import type { WeightOperator } from './weight-operator.js';

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
        return { shape, outputAxes: [entries], inputAxis: 1 - entries };
      },
    },
  ],
};
