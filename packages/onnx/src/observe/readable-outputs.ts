import type { ModelValue } from '@lowbit/core/adapter';
import { interfaceOf } from '../describe/interface-of.js';
import { makeNode } from '../graph/make-node.js';
import { makeIntegers, makeTensor } from '../graph/make-tensor.js';
import { freePrefix } from '../graph/names.js';
import { typeName } from '../model/data-types.js';
import type { OnnxModel } from '../model/model.js';
import {
  copyMessage,
  createGraph,
  createValueInfo,
  DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type TypeProto,
  type ValueInfoProto,
} from '../schema/proto.js';

/** An output as a runtime for JavaScript gives it: as a tensor. */
export interface ReadableOutput {
  /** As the model declares it, with the type and shape of the tensor. */
  readonly declared: ModelValue;
  /** The output of the copy that holds its values. */
  readonly tensor: string;
}

export interface ReadableModel {
  readonly model: OnnxModel;
  readonly outputs: readonly ReadableOutput[];
  /** Outputs that no tensor holds. */
  readonly unread: readonly ModelValue[];
}

/**
 * A model whose outputs are all tensors, which is all that runtimes for JavaScript give: of a sequence of tensors the values of all, one
 * after the other; of the maps that ZipMap makes the scores in them; of an optional tensor the tensor, an empty one where there is none.
 * The model itself where it gives tensors alone.
 */
export function readableOutputs(model: OnnxModel): ReadableModel {
  const graph = model.proto.graph as GraphProto;
  const declared = interfaceOf(model).outputs;
  if (graph.output.every(isTensor))
    return { model, outputs: declared.map((one) => ({ declared: one, tensor: one.name })), unread: [] };
  const prefix = freePrefix([graph], 'lowbit_output');
  const found = graph.output.map((info, i) =>
    readable(info, declared[i] as ModelValue, graph, `${prefix}${i}`),
  );
  const outputs = found.filter((one) => one !== undefined);
  const names = [...new Set(outputs.map(({ tensor }) => tensor))];
  const own = new Map(graph.output.map((info) => [info.name, info]));
  const copy = copyMessage(graph, {
    node: [...graph.node, ...outputs.flatMap(({ nodes }) => nodes)],
    initializer: [...graph.initializer, ...outputs.flatMap(({ constants }) => constants)],
    output: names.map((name) => own.get(name) ?? createValueInfo(name)),
  });
  const unread = declared.filter((_, i) => found[i] === undefined);
  return { model: { ...model, proto: copyMessage(model.proto, { graph: copy }) }, outputs, unread };
}

/** The model with those outputs alone that are tensors of numbers as they are; the same one where all are. */
export function numbersAlone(model: OnnxModel): OnnxModel {
  const graph = model.proto.graph as GraphProto;
  const output = graph.output.filter((info) => isTensor(info) && elementOf(info.type) !== DataType.STRING);
  if (output.length === graph.output.length) return model;
  return { ...model, proto: copyMessage(model.proto, { graph: copyMessage(graph, { output }) }) };
}

/** Runtimes infer a type that is not declared, which other kinds of values have. */
const isTensor = ({ type }: ValueInfoProto) => type === undefined || type.value.case === 'tensorType';

const elementOf = (type: TypeProto | undefined) =>
  type?.value.case === 'tensorType' ? type.value.value.elemType : undefined;

interface Readable extends ReadableOutput {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}

function readable(
  info: ValueInfoProto,
  declared: ModelValue,
  graph: GraphProto,
  prefix: string,
): Readable | undefined {
  const { name, type } = info;
  if (isTensor(info)) return { declared, tensor: name, nodes: [], constants: [] };
  const maker = graph.node.find(({ output }) => output.includes(name));
  const scores = maker?.opType === 'ZipMap' ? maker.input[0] : undefined;
  if (scores !== undefined)
    return { declared: { name, type: 'float32', shape: null }, tensor: scores, nodes: [], constants: [] };
  const inner =
    type?.value.case === 'sequenceType' || type?.value.case === 'optionalType' ? type.value : undefined;
  const element = elementOf(inner?.value.elemType);
  if (inner === undefined || element === undefined || element === DataType.STRING) return undefined;
  const given = { name, element, prefix };
  const made = inner.case === 'sequenceType' ? joinedSequence(given) : presentOptional(given);
  const words = typeName(element).toLowerCase();
  const shown = element === DataType.FLOAT ? 'float32' : element === DataType.DOUBLE ? 'float64' : words;
  return { declared: { name, type: shown, shape: null }, ...made };
}

interface Given {
  readonly name: string;
  readonly element: DataType;
  readonly prefix: string;
}

/** All tensors of a sequence as one list: a loop that adds the values of each. */
function joinedSequence({ name, element, prefix }: Given): Omit<Readable, 'declared'> {
  const own = (word: string) => `${prefix}_${word}`;
  const body = createGraph({
    name: own('body'),
    input: [
      createValueInfo(own('i'), DataType.INT64, []),
      createValueInfo(own('on'), DataType.BOOL, []),
      createValueInfo(own('before'), element, [own('values')]),
    ],
    output: [
      createValueInfo(own('on_after'), DataType.BOOL, []),
      createValueInfo(own('after'), element, [own('more')]),
    ],
    node: [
      makeNode({ op: 'Identity', inputs: [own('on')], outputs: [own('on_after')] }),
      makeNode({ op: 'SequenceAt', inputs: [name, own('i')], outputs: [own('item')] }),
      makeNode({ op: 'Reshape', inputs: [own('item'), own('flat')], outputs: [own('list')] }),
      makeNode({
        op: 'Concat',
        inputs: [own('before'), own('list')],
        outputs: [own('after')],
        attributes: { axis: 0 },
      }),
    ],
  });
  return {
    tensor: own('all'),
    nodes: [
      makeNode({ op: 'SequenceLength', inputs: [name], outputs: [own('length')] }),
      makeNode({
        op: 'Loop',
        inputs: [own('length'), '', own('empty')],
        outputs: [own('all')],
        attributes: { body: { graph: body } },
      }),
    ],
    constants: [makeTensor(own('empty'), element, [0], []), makeIntegers(own('flat'), [-1n])],
  };
}

/** The tensor of an optional value, or an empty one. */
function presentOptional({ name, element, prefix }: Given): Omit<Readable, 'declared'> {
  const own = (word: string) => `${prefix}_${word}`;
  const branch = (word: string, node: NodeProto) =>
    createGraph({ name: own(`${word}_branch`), node: [node], output: [createValueInfo(own(word), element)] });
  const given = makeNode({ op: 'OptionalGetElement', inputs: [name], outputs: [own('given')] });
  const none = makeNode({ op: 'Identity', inputs: [own('empty')], outputs: [own('none')] });
  return {
    tensor: own('value'),
    nodes: [
      makeNode({ op: 'OptionalHasElement', inputs: [name], outputs: [own('is_given')] }),
      makeNode({
        op: 'If',
        inputs: [own('is_given')],
        outputs: [own('value')],
        attributes: {
          then_branch: { graph: branch('given', given) },
          else_branch: { graph: branch('none', none) },
        },
      }),
    ],
    constants: [makeTensor(own('empty'), element, [0], [])],
  };
}
