import { attributeOf } from '../graph/attributes.js';
import { DataType, type NodeProto, textOf } from '../schema/proto.js';
import {
  changeOf,
  type ConvertedGraph,
  type Converter,
  dropAttributes,
  renamed,
  setAttribute,
  setDefault,
} from './converter.js';

/** Operators that could say that a result lies where an input was, which told nothing about the result. */
const inPlace =
  'Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Max Mean Min Mul Neg PRelu Reciprocal Relu Selu Sigmoid Sqrt Sub Sum Tanh'.split(
    ' ',
  );

/** Attributes that came, went, or hold the same in another way. */
export const rewritten: readonly Converter[] = [
  ...changeOf(['GlobalLpPool', 'LpPool'], {
    since: 2,
    unfit: (node) =>
      Number.isInteger(powerOf(node)) ? undefined : `its power ${powerOf(node)} is no integer`,
    convert: (node) => setAttribute(node, 'p', powerOf(node)),
  }),
  {
    op: 'Pad',
    since: 2,
    convert(node) {
      for (const one of node.attribute) if (one.name === 'paddings') one.name = 'pads';
    },
  },
  { op: 'Split', since: 2, unfit: unfitLengths, convert: lengthsAsAttribute },
  { op: 'GRU', since: 3, convert: forwardSpelled },
  { op: 'Concat', since: 4, convert: (node) => setDefault(node, 'axis', 1) },
  { op: 'Reshape', since: 5, convert: withoutInPlace },
  {
    op: 'Selu',
    since: 6,
    // The defaults of version 1 had fewer digits.
    convert(node) {
      setDefault(node, 'alpha', { float: Math.fround(1.6732) });
      setDefault(node, 'gamma', { float: Math.fround(1.0507) });
    },
  },
  ...changeOf(inPlace, { since: 6, convert: withoutInPlace }),
  {
    op: 'Cast',
    since: 6,
    unfit: (node) => (typeNamed(node) === undefined ? `it makes ${toOf(node)}, which is no type` : undefined),
    convert: (node) => setAttribute(node, 'to', typeNamed(node) as number),
  },
  { op: 'Tile', since: 6, unfit: unfitRepeats, convert: repeatsOfAllAxes },
  ...changeOf(['RNN', 'GRU', 'LSTM'], {
    since: 7,
    convert: (node) => dropAttributes(node, 'output_sequence'),
  }),
  renamed('Scatter', 11, 'ScatterElements'),
];

function withoutInPlace(node: NodeProto): void {
  dropAttributes(node, 'consumed_inputs');
}

const powerOf = (node: NodeProto): number => attributeOf(node, 'p')?.f ?? 2;

/** Up to version 2 the standard spelled the default of `direction` wrongly, and some wrote it down. */
function forwardSpelled(node: NodeProto): void {
  const direction = attributeOf(node, 'direction');
  if (direction !== undefined && textOf(direction.s) === 'foward') setAttribute(node, 'direction', 'forward');
}

const toOf = (node: NodeProto): string => textOf(attributeOf(node, 'to')?.s ?? new Uint8Array());

const types: ReadonlyMap<string, number> = new Map(
  Object.entries(DataType).flatMap(([name, type]) =>
    typeof type === 'number' && type > 0 ? [[name, type]] : [],
  ),
);

const typeNamed = (node: NodeProto): number | undefined => types.get(toOf(node).toUpperCase());

/** The numbers of a constant, which were floats where the standard knew no other operands. */
function numbersOf(name: string, { edit }: ConvertedGraph): readonly number[] | undefined {
  const values = edit.constant(name)?.values;
  return values && [...values];
}

function unfitLengths({ input }: NodeProto, graph: ConvertedGraph): string | undefined {
  const given = (input[1] ?? '') !== '';
  return given && numbersOf(input[1] as string, graph) === undefined
    ? 'the lengths of its parts are computed when it runs'
    : undefined;
}

function lengthsAsAttribute(node: NodeProto, graph: ConvertedGraph): void {
  const lengths = numbersOf(node.input[1] ?? '', graph);
  setDefault(node, 'axis', 0);
  if (lengths !== undefined) setDefault(node, 'split', lengths);
  keepInputs(node, 1, graph);
}

function unfitRepeats({ input: [x = '', tiles = '', axis = ''] }: NodeProto, graph: ConvertedGraph) {
  if (numbersOf(tiles, graph) === undefined || numbersOf(axis, graph) === undefined)
    return 'how often it repeats which axis is computed when it runs';
  return graph.rank(x) === undefined ? 'the file does not tell how many axes its input has' : undefined;
}

/** How often one axis is repeated became how often each is. */
function repeatsOfAllAxes(node: NodeProto, graph: ConvertedGraph): void {
  const [x = '', tiles = '', axis = ''] = node.input;
  const repeats = new Array<bigint>(graph.rank(x) as number).fill(1n);
  repeats[numbersOf(axis, graph)?.[0] as number] = BigInt(numbersOf(tiles, graph)?.[0] as number);
  keepInputs(node, 1, graph);
  graph.edit.setInput(node, 1, graph.edit.addIntegers(`${node.output[0] as string}_repeats`, repeats));
}

/** Leaves the first inputs of a node alone. */
function keepInputs(node: NodeProto, count: number, { edit }: ConvertedGraph): void {
  for (let at = count; at < node.input.length; at++) edit.setInput(node, at, '');
  node.input.length = Math.min(node.input.length, count);
}
