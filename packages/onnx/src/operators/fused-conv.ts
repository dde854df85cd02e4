import { defined } from '@lowbit/core/adapter';
import { runtimeDomain } from '../target/versions.js';
import { conv } from './conv.js';
import type { Operator } from './operator.js';

/** A convolution with what follows it: the sum with a fourth input, and an activation. Weight [cout, cin / group, kernel…]. */
export const fusedConv: Operator = {
  names: ['FusedConv'],
  domain: runtimeDomain.name,
  takes: 'each',
  roles: conv.roles,
  ...defined({ features: conv.features, products: conv.products, inputRows: conv.inputRows }),
  floats: () =>
    'its activation is not known; a Conv and the activation behind it in the place of FusedConv have an integer form',
  bias: () => ({ input: 2 }),
  samples: [
    {
      attributes: { activation: 'Relu' },
      inputs: { x: [2, 8, 9, 9], w: [16, 8, 3, 3] },
      output: [2, 16, 7, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { activation: 'Relu' },
      inputs: { x: [2, 8, 9, 9], w: [16, 8, 3, 3], bias: [16], sum: [2, 16, 7, 7] },
      output: [2, 16, 7, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
  ],
};
