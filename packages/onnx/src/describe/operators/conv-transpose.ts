import { integerAttribute } from '../../graph/attributes.js';
import { skipReasons } from '../skip-reasons.js';
import type { WeightOperator } from './weight-operator.js';

/** Weight [cin, cout / group, kernel…]; with groups it is seen as [group, cin / group, cout / group, kernel…]. */
export const convTranspose: WeightOperator = {
  takes: 'each',
  roles: (node) => [
    {
      input: 1,
      kernel: 'kernel',
      axes: (shape) => {
        const [inputs = 0, ...rest] = shape;
        const group = integerAttribute(node, 'group', 1);
        if (shape.length < 3) return skipReasons.vector;
        if (group < 1 || inputs % group !== 0) return skipReasons.badGroups(group);
        if (group === 1) return { shape, outputAxes: [1], inputAxis: 0 };
        return { shape: [group, inputs / group, ...rest], outputAxes: [0, 2], inputAxis: 1 };
      },
    },
  ],
};
