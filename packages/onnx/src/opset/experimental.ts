import { attributeOf, integersAttribute } from '../graph/attributes.js';
import { makeNode } from '../graph/make-node.js';
import type { DataType, NodeProto } from '../schema/proto.js';
import { oldestOpset } from '../target/versions.js';
import { changeOf, type ConvertedGraph, type Converter, renamed } from './converter.js';

/** The version without the operators that were never more than experiments; onnxruntime runs some of them up to there. */
const since = 10;

/** What an experiment computed, in the operators that stayed. */
type Written = (node: NodeProto, step: Step) => string;

/** Appends an operator with its constant, if any, and gives the name of its result. */
type Step = (
  op: string,
  inputs: readonly string[],
  constant?: readonly number[],
  dims?: readonly number[],
) => string;

const floatOf = (node: NodeProto, name: string, fallback = 1): number =>
  attributeOf(node, name)?.f ?? fallback;

const written: Readonly<Record<string, Written>> = {
  Affine: (node, step) =>
    step('Add', [step('Mul', [x(node)], [floatOf(node, 'alpha')])], [floatOf(node, 'beta', 0)]),
  ImageScaler: (node, step) => {
    const bias = attributeOf(node, 'bias')?.floats ?? [];
    return step('Add', [step('Mul', [x(node)], [floatOf(node, 'scale')])], bias, [bias.length, 1, 1]);
  },
  ParametricSoftplus: (node, step) =>
    step(
      'Mul',
      [step('Softplus', [step('Mul', [x(node)], [floatOf(node, 'beta')])])],
      [floatOf(node, 'alpha')],
    ),
  Scale: (node, step) => step('Mul', [x(node)], [floatOf(node, 'scale')]),
  ScaledTanh: (node, step) =>
    step('Mul', [step('Tanh', [step('Mul', [x(node)], [floatOf(node, 'beta')])])], [floatOf(node, 'alpha')]),
};

const x = ({ input }: NodeProto): string => input[0] ?? '';

/** Operators of the standard's first versions that it does not have any more. */
export const experimental: readonly Converter[] = [
  ...Object.entries(written).map(([op, write]): Converter => ({
    op,
    since,
    unfit: (node, { floatType }) =>
      floatType(x(node)) === undefined ? 'the type of floats that it takes is not known' : undefined,
    convert: (node, graph) => replaceBy(node, write, graph),
  })),
  { op: 'Crop', since, convert: crop },
  renamed('DynamicSlice', since, 'Slice'),
  // No runtime has them in any version.
  ...changeOf(['ATen', 'ConstantFill', 'GivenTensorFill', 'GRUUnit', 'LoopIndexTensor'], {
    since: oldestOpset,
    unfit: () => 'the standard does not have it any more, nor anything like it',
    convert: () => undefined,
  }),
  {
    op: 'Scan',
    since: 9,
    unfit: () => 'it takes batches, which it did up to version 8 alone',
    convert: () => undefined,
  },
];

function replaceBy(node: NodeProto, write: Written, { edit, floatType }: ConvertedGraph): void {
  const [y = ''] = node.output;
  const type = floatType(x(node)) as DataType;
  const nodes: NodeProto[] = [];
  const last = write(node, (op, inputs, constant, dims = []) => {
    const added =
      constant === undefined
        ? []
        : [edit.addConstant(`${y}_${op}`, { type, dims, values: Float32Array.from(constant) })];
    const output = edit.newName(`${y}_part`);
    nodes.push(makeNode({ op, inputs: [...inputs, ...added], outputs: [output] }));
    return output;
  });
  for (const one of nodes) if (one.output[0] === last) one.output = [y];
  edit.replace(node, nodes);
}

/** `border` is what goes on the left, top, right and bottom; with `scale`, height and width of what is left instead. */
function crop(node: NodeProto, { edit }: ConvertedGraph): void {
  const [left = 0, top = 0, right = 0, bottom = 0] = integersAttribute(node, 'border') ?? [];
  const kept = integersAttribute(node, 'scale');
  const ends =
    kept === undefined ? [-bottom || most, -right || most] : [top + (kept[0] ?? 0), left + (kept[1] ?? 0)];
  const [y = ''] = node.output;
  const lists = { starts: [top, left], ends, axes: [2, 3] };
  const inputs = Object.entries(lists).map(([name, values]) =>
    edit.addIntegers(`${y}_${name}`, values.map(BigInt)),
  );
  edit.replace(node, [makeNode({ op: 'Slice', inputs: [x(node), ...inputs], outputs: [y] })]);
}

/** An end behind all values. */
const most = Number.MAX_SAFE_INTEGER;
