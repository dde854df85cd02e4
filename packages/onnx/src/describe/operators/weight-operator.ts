import type { NodeProto } from '../../schema/proto.js';
import type { ReadAxes } from '../trace-weight.js';
import type { WeightSite } from '../weight-site.js';

/** An input of an operator that can be a weight. */
export interface WeightRole {
  /** Index of the input. */
  readonly input: number;
  readonly kernel: WeightSite['kernel'];
  readonly axes: ReadAxes;
}

/** The weights of one operator. */
export interface WeightOperator {
  /**
   * `each`: every role is a weight of its own. `one`: the roles are operands, and the first constant one is the
   * weight. `table`: the one role is a weight where it is a constant of floats, and of no interest otherwise.
   */
  readonly takes: 'each' | 'one' | 'table';
  roles(node: NodeProto): readonly WeightRole[];
}
