import { attributeOf, integerAttribute } from '../graph/attributes.js';
import { makeNode } from '../graph/make-node.js';
import type { DataType, NodeProto } from '../schema/proto.js';
import { type ConvertedGraph, type Converter, dropAttributes, isTaken, setAttribute } from './converter.js';

/** Statistics that are given or computed, and what is left out at random in training. */
export const normalizing: readonly Converter[] = [
  {
    op: 'BatchNormalization',
    since: 7,
    unfit: ({ output }, graph) =>
      output.slice(1).some((name) => isTaken(name, graph))
        ? 'its statistics are used, which it gives in training alone'
        : undefined,
    convert(node) {
      node.output = node.output.slice(0, 1);
      dropAttributes(node, 'is_test');
    },
  },
  {
    op: 'BatchNormalization',
    since: 9,
    unfit: (node, graph) =>
      isEachOnItsOwn(node, graph) && graph.floatType(node.input[0] ?? '') === undefined
        ? 'the type of floats that it takes is not known'
        : undefined,
    convert(node, graph) {
      if (isEachOnItsOwn(node, graph)) normalizeEach(node, graph);
      else dropAttributes(node, 'spatial');
    },
  },
  { op: 'Dropout', since: 7, convert: (node) => dropAttributes(node, 'is_test') },
  {
    op: 'Dropout',
    since: 10,
    unfit: (node, graph) =>
      isTaken(node.output[1], graph) && graph.floatType(node.input[0] ?? '') === undefined
        ? 'the type of its mask is not known'
        : undefined,
    convert: truthMask,
  },
  { op: 'MeanVarianceNormalization', since: 9, convert: meanByAxes },
];

/** Whether every position has statistics of its own, which is the same as one for each channel where there is one position. */
const isEachOnItsOwn = (node: NodeProto, { rank }: ConvertedGraph): boolean =>
  integerAttribute(node, 'spatial', 1) === 0 && rank(node.input[1] ?? '') !== 1;

/** (x − mean) / √(variance + epsilon) · scale + shift, all but x in the shape of one sample. */
function normalizeEach(node: NodeProto, { edit, floatType }: ConvertedGraph): void {
  const [x = '', scale = '', shift = '', mean = '', variance = ''] = node.input;
  const [y = ''] = node.output;
  const type = floatType(x) as DataType;
  const values = Float32Array.of(attributeOf(node, 'epsilon')?.f ?? 1e-5);
  const epsilon = edit.addConstant(`${y}_epsilon`, { type, dims: [], values });
  const nodes: NodeProto[] = [];
  const step = (op: string, inputs: string[], output = edit.newName(`${y}_part`)): string => {
    nodes.push(makeNode({ op, inputs, outputs: [output] }));
    return output;
  };
  const deviation = step('Sqrt', [step('Add', [variance, epsilon])]);
  const normal = step('Div', [step('Sub', [x, mean]), deviation]);
  step('Add', [step('Mul', [normal, scale]), shift], y);
  edit.replace(node, nodes);
}

/** The mask became BOOL: those who take it get the floats that it was. */
function truthMask(node: NodeProto, graph: ConvertedGraph): void {
  const { edit, floatType } = graph;
  const [x = ''] = node.input;
  const [y = '', mask = ''] = node.output;
  const taken = isTaken(mask, graph);
  const truth = taken ? [edit.newName(`${mask}_truth`)] : [];
  const plain = makeNode({ op: 'Dropout', inputs: [x], outputs: [y, ...truth] });
  plain.attribute = node.attribute;
  const cast = truth.map((name) =>
    makeNode({
      op: 'Cast',
      inputs: [name],
      outputs: [mask],
      attributes: { to: floatType(x) as number },
    }),
  );
  edit.replace(node, [plain, ...cast]);
}

/** The runtime's own operator of this name, for images, until the standard had one, which always divides by the deviation. */
function meanByAxes(node: NodeProto, { edit }: ConvertedGraph): void {
  const axes = integerAttribute(node, 'across_channels', 0) === 0 ? [0, 2, 3] : [0, 1, 2, 3];
  if (integerAttribute(node, 'normalize_variance', 1) !== 0) {
    dropAttributes(node, 'across_channels', 'normalize_variance');
    setAttribute(node, 'axes', axes);
    return;
  }
  const [x = ''] = node.input;
  const mean = edit.newName(`${x}_mean`);
  edit.replace(node, [
    makeNode({ op: 'ReduceMean', inputs: [x], outputs: [mean], attributes: { axes } }),
    makeNode({ op: 'Sub', inputs: [x, mean], outputs: [...node.output] }),
  ]);
}
