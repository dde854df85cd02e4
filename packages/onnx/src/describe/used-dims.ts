import { sizeOf } from '@lowbit/core/adapter';
import { tensorShape } from '../model/tensor-shape.js';
import type { WeightSite, WeightUse } from './weight-site.js';

/** The dimensions of a weight as a user of it means them. */
export function usedDims(site: WeightSite, { direct }: WeightUse): readonly number[] {
  return viewOf(site, direct ? tensorShape(site.source.tensor, site.id) : site.shape);
}

/** The dimensions that the operator means: those of a convolution with groups may be split. */
const viewOf = (site: WeightSite, dims: readonly number[]): readonly number[] =>
  site.shape.length > dims.length && sizeOf(site.shape) === sizeOf(dims) ? site.shape : dims;
