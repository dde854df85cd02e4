import type { WeightSite } from '../describe/weight-site.js';
import { tensorShape } from '../model/tensor-shape.js';
import { DataType } from '../schema/proto.js';
import type { Shaped } from './expand.js';
import type { Fragment } from './fragment.js';
import { integers } from './integers.js';

/** Gives the decoded value of a weight the source's shape, type and name. */
export function asSource(to: Fragment, { source }: WeightSite, { value, shape }: Shaped): void {
  const { tensor, name } = source;
  const dims = tensorShape(tensor, name);
  const same = dims.length === shape.length && dims.every((size, axis) => size === shape[axis]);
  const shaped = same ? value : to.node('Reshape', [value, integers(to, dims)]);
  const typed =
    tensor.dataType === DataType.FLOAT ? shaped : to.node('Cast', [shaped], { to: tensor.dataType });
  to.rename(typed, name);
}
