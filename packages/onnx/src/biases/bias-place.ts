import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { usedDims } from '../describe/used-dims.js';
import type { BiasPlace } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import { DataType } from '../schema/proto.js';

/** The one user of a weight, and where numbers are added to the output channels there. */
export interface UsedPlace {
  readonly use: WeightUse;
  readonly place: BiasPlace;
}

/** Where what a weight adds on average can be taken off; a clause why it cannot. */
export function biasPlace(site: WeightSite): UsedPlace | string {
  const { kernel, outputAxes, shape, uses } = site;
  const [use, ...others] = uses;
  if (kernel === 'embedding') return 'it is a table, of which nothing is summed';
  if (use === undefined || others.length > 0) return 'several operators take the weight';
  if (use.type !== DataType.FLOAT && use.type !== DataType.FLOAT16)
    return 'its type is neither FLOAT nor FLOAT16';
  const ordered = use.direct || outputAxes.filter((axis) => (shape[axis] as number) > 1).length < 2;
  if (!ordered)
    return 'the weight reaches its layer through other operators, which may change the order of its channels';
  const place = operatorOf(use.node)?.bias?.(use.node, { input: use.input, dims: usedDims(site, use) });
  if (place === undefined) return `what ${use.node.opType} adds is not changed`;
  return typeof place === 'string' ? place : { use, place };
}
