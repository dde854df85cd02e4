import { checkArgument, defined } from '@lowbit/core/adapter';
import {
  type AttributeProto,
  AttributeType,
  createAttribute,
  createNode,
  type DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  utf8,
} from '../schema/proto.js';

/**
 * The value of an attribute. A plain number or list of numbers is an integer; floats say so, since ONNX tells
 * them apart.
 */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

export interface NodeParts {
  readonly op: string;
  /** Default: the standard operators. */
  readonly domain?: string;
  readonly name?: string;
  /** Names of values; an empty string stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/**
 * A node with its attributes, in the order given.
 *
 * @throws LowbitError `invalid-argument` for a value that no attribute has.
 */
export function makeNode({ op, domain, name, inputs, outputs, attributes = {} }: NodeParts): NodeProto {
  return createNode({
    opType: op,
    ...defined({ domain, name }),
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => makeAttribute(key, value)),
  });
}

/**
 * An attribute of the type that its value says.
 *
 * @throws LowbitError `invalid-argument` for a value that no attribute has.
 */
export function makeAttribute(name: string, value: AttributeValue): AttributeProto {
  checkValue(name, value);
  return createAttribute({ name, ...attributeFields(value) });
}

const wrapped = ['float', 'floats', 'strings', 'tensor', 'graph'];

function checkValue(name: string, value: unknown): void {
  const isFraction = (one: unknown) => typeof one === 'number' && !Number.isInteger(one);
  const isIntegers = Array.isArray(value) && value.every(Number.isInteger);
  const isWrapped = !Array.isArray(value) && wrapped.some((member) => Object.hasOwn(Object(value), member));
  const fits = typeof value === 'string' || Number.isInteger(value) || isIntegers || isWrapped;
  const isFractions = Array.isArray(value) && value.some(isFraction);
  checkArgument(fits, value, {
    where: `attribute '${name}'`,
    expected: 'an integer, integers, a text, { float }, { floats }, { strings }, { tensor } or { graph }',
    ...(isFraction(value) ? { remedy: `Write { float: ${value} }.` } : {}),
    ...(isFractions ? { remedy: `Write { floats: [${value.join(', ')}] }.` } : {}),
  });
}

function attributeFields(value: AttributeValue) {
  if (typeof value === 'number') return { type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') return { type: AttributeType.STRING, s: utf8(value) };
  if ('float' in value) return { type: AttributeType.FLOAT, f: value.float };
  if ('floats' in value) return { type: AttributeType.FLOATS, floats: [...value.floats] };
  if ('strings' in value) return { type: AttributeType.STRINGS, strings: value.strings.map(utf8) };
  if ('tensor' in value) return { type: AttributeType.TENSOR, t: value.tensor };
  if ('graph' in value) return { type: AttributeType.GRAPH, g: value.graph };
  return { type: AttributeType.INTS, ints: value.map(BigInt) };
}

/** A node that casts a value to another type. */
export const castNode = (from: string, to: string, type: DataType): NodeProto =>
  makeNode({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: type } });
