import type { WeightDescriptor } from '@lowbit/core';
import type { GraphProto, NodeProto, TensorProto } from '../schema/proto.js';
import type { UnreadConstant } from './unread-constants.js';

/** A constant tensor in the file: an initializer, or the value of a `Constant` node. */
export interface ConstantSource {
  readonly kind: 'initializer' | 'constant-node';
  /** The graph or subgraph that holds it. */
  readonly graph: GraphProto;
  /** Name of the value that it defines. */
  readonly name: string;
  readonly tensor: TensorProto;
  /** The `Constant` node, when there is one. */
  readonly node?: NodeProto;
}

/** One consumer of a weight. */
export interface WeightUse {
  readonly node: NodeProto;
  readonly graph: GraphProto;
  /** Index of the node's input that the weight (or the end of its chain) feeds. */
  readonly input: number;
  /** Whether the source feeds the node itself, without a chain of constant operators between them. */
  readonly direct: boolean;
}

/** A weight that can be quantized: its source, how its axes are meant, and who uses it. */
export interface WeightSite {
  readonly id: string;
  readonly kernel: WeightDescriptor['kernel'];
  readonly source: ConstantSource;
  /** Row-major view of the source's data that the axes refer to; usually the tensor's own dimensions. */
  readonly shape: readonly number[];
  readonly outputAxes: readonly number[];
  readonly inputAxis?: number;
  readonly uses: readonly WeightUse[];
  /** Constants of branches that the runtime puts this weight in the place of. */
  readonly unread?: readonly UnreadConstant[];
}
