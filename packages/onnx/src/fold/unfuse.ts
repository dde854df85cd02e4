import type { EditableGraph } from '../graph/editable-graph.js';
import { domainName, standardDomain } from '../model/model.js';
import { operatorKey } from '../model/operator-key.js';
import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import type { FoldRule } from './fold-step.js';
import { unfusedConv } from './unfused/conv.js';
import { unfusedEinsum } from './unfused/einsum.js';
import { unfusedGemm, unfusedGemmFastGelu, unfusedMatMul } from './unfused/products.js';

/** The nodes that compute the same, or `undefined` where there are none such. */
type Unfused = (node: NodeProto, graph: EditableGraph, opset: number) => readonly NodeProto[] | undefined;

const unfused: ReadonlyMap<string, Unfused> = new Map([
  [operatorKey(runtimeDomain.name, 'FusedConv'), unfusedConv],
  [operatorKey(runtimeDomain.name, 'FusedGemm'), unfusedGemm],
  [operatorKey(runtimeDomain.name, 'GemmFastGelu'), unfusedGemmFastGelu],
  [operatorKey(runtimeDomain.name, 'FusedMatMul'), unfusedMatMul],
  [operatorKey(runtimeDomain.name, 'TransposeMatMul'), unfusedMatMul],
  [operatorKey(standardDomain, 'Einsum'), unfusedEinsum],
]);

/**
 * Writes what runtimes fused, and equations that are products, as the operators that have forms in integers: they have none themselves. What
 * stays in floats runtimes fuse again.
 */
export const unfuse: FoldRule = {
  name: 'unfused',
  apply(node, graph, opset) {
    const rule = unfused.get(operatorKey(domainName(node.domain), node.opType));
    if (rule === undefined || !graph.isConstant(node.input[1] ?? '')) return undefined;
    const nodes = rule(node, graph, opset);
    if (nodes === undefined) return undefined;
    graph.replace(node, nodes);
    return 'folded';
  },
};
