import type { NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';

/**
 * What a rule did to one node: `undefined` where its pattern is not found, `folded` after the graph was changed, or
 * why a pattern that was found is left alone.
 */
export type FoldStep = undefined | 'folded' | { readonly reason: string };

/** A rewrite: pattern, check, replace. It changes no result beyond float rounding. */
export interface FoldRule {
  readonly name: string;
  readonly apply: (node: NodeProto, graph: EditableGraph, opset: number) => FoldStep;
}
