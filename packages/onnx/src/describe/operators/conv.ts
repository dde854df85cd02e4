import { skipReasons } from '../skip-reasons.js';
import type { WeightOperator } from './weight-operator.js';

/** Weight [cout, cin / group, kernel…]; a depthwise one has an input axis of size 1. */
export const conv: WeightOperator = {
  takes: 'each',
  roles: () => [
    {
      input: 1,
      kernel: 'kernel',
      axes: (shape) => (shape.length < 3 ? skipReasons.vector : { shape, outputAxes: [0], inputAxis: 1 }),
    },
  ],
};
