import type { WeightDescriptor } from '@lowbit/core';
import type { ConstantSource } from '../graph/constant-source.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';
import type { UnreadConstant } from './unread-constants.js';

/** One consumer of a weight. */
export interface WeightUse {
  readonly node: NodeProto;
  readonly graph: GraphProto;
  /** Index of the node's input that the weight (or the end of its chain) feeds. */
  readonly input: number;
  /** The element type in which the node takes it, which a `Cast` on the way may have made. */
  readonly type: number;
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
  /** Whether users mean other axes by its outputs than each other, as those of a matrix and of the same turned do. */
  readonly isTurned?: true;
  /** Constants of branches that the runtime puts this weight in the place of. */
  readonly unread?: readonly UnreadConstant[];
}
