import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
} from '../schema/proto.js';
import { subgraphsOf } from './subgraphs.js';

/** Every constant tensor of a model: initializers and tensor attributes, in subgraphs and functions too. */
export function allTensors({ graph, functions }: ModelProto): TensorProto[] {
  const all: TensorProto[] = [];
  if (graph !== undefined) addGraph(graph, all);
  for (const { node, attributeProto } of functions) {
    for (const attribute of attributeProto) addAttribute(attribute, all);
    for (const one of node) addNode(one, all);
  }
  return all;
}

function addGraph({ initializer, sparseInitializer, node }: GraphProto, all: TensorProto[]): void {
  for (const tensor of initializer) all.push(tensor);
  for (const sparse of sparseInitializer) addSparse(sparse, all);
  for (const one of node) addNode(one, all);
}

function addNode(node: NodeProto, all: TensorProto[]): void {
  for (const attribute of node.attribute) addAttribute(attribute, all);
  for (const { graph } of subgraphsOf(node)) addGraph(graph, all);
}

function addAttribute({ t, tensors, sparseTensor, sparseTensors }: AttributeProto, all: TensorProto[]): void {
  if (t !== undefined) all.push(t);
  tensors.forEach((tensor) => all.push(tensor));
  if (sparseTensor !== undefined) addSparse(sparseTensor, all);
  sparseTensors.forEach((sparse) => addSparse(sparse, all));
}

function addSparse({ values, indices }: SparseTensorProto, all: TensorProto[]): void {
  if (values !== undefined) all.push(values);
  if (indices !== undefined) all.push(indices);
}
