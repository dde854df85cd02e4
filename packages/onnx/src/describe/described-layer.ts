import type { SkipNote } from '@lowbit/core';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';
import type { WeightSite } from './weight-site.js';

/** A node of the model, with the weights that it uses. */
export interface DescribedLayer {
  /** The node's name, or `Op_index` for nodes without one; inside subgraphs behind the holding node and attribute. */
  readonly id: string;
  readonly op: string;
  /** Full name of the operator's domain. */
  readonly domain: string;
  /** Place in the order of execution of the whole model; subgraphs are counted where they are held. */
  readonly depth: number;
  /** Multiply-accumulate operations of one sample, where the file tells the shapes. */
  readonly macs?: number;
  readonly node: NodeProto;
  readonly graph: GraphProto;
  readonly weights: readonly WeightSite[];
  readonly skipped: readonly SkipNote[];
}

/** What a model consists of, and what of it can be quantized. */
export interface ModelDescription {
  readonly layers: readonly DescribedLayer[];
  /** Every weight once, in the order of first use. */
  readonly sites: readonly WeightSite[];
  readonly order: GraphOrder;
}

/** A model, and what this very model is described as. */
export interface DescribedModel {
  readonly model: OnnxModel;
  readonly description: ModelDescription;
}
