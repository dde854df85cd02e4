import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { digestOf } from '../digest.js';

/** A file and those beside it. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** What names mean where they stand: an identity that tells how the value comes about, by name. */
type Scope = ReadonlyMap<string, string>;

interface Context {
  /** Names of the model that was quantized: they stay, others are left out. */
  readonly known: ReadonlySet<string>;
  /** A tensor without its name, its data in it. */
  content(tensor: TensorProto): string;
}

/**
 * An ONNX file without what carries no meaning. A value is what makes it: an input by its name, a constant by its type, shape and
 * bytes, a result by its operator, attributes and inputs. A graph is the sorted list of its nodes, so that neither the names of what
 * was added nor the order of independent nodes count. Names that the original file has do.
 */
export function canonicalOnnx(file: OnnxFile, original: Uint8Array): unknown {
  const model = fromBinary(ModelProtoSchema, file.bytes);
  const files = new Map(file.externalData?.map(({ path, data }) => [path, data]));
  const context: Context = {
    known: namesOf(fromBinary(ModelProtoSchema, original)),
    content: (tensor) => digestOf(toBinary(TensorProtoSchema, inlined(tensor, files))),
  };
  const { graph, functions, metadataProps } = model;
  return {
    ir: String(model.irVersion),
    producer: model.producerName,
    opsets: model.opsetImport.map(({ domain, version }) => `${domain} ${version}`).sort(),
    metadata: metadataProps.map(({ key, value }) => [key, withoutPrefixes(value)]),
    functions: functions.map((each) => functionOf(each, context)).sort(),
    graph: graph === undefined ? undefined : graphOf(graph, new Map(), context),
  };
}

/** A record of a run without what the names of added values begin with; other texts as they are. */
function withoutPrefixes(text: string): unknown {
  try {
    const record = JSON.parse(text) as Record<string, unknown> | null;
    return Array.isArray(record?.['prefixes']) ? { ...record, prefixes: undefined } : text;
  } catch {
    return text;
  }
}

function graphOf(graph: GraphProto, outer: Scope, context: Context): unknown {
  const scope = new Map(outer);
  const constants = graph.initializer.map((tensor) => [tensor.name, context.content(tensor)] as const);
  for (const [name, content] of constants) scope.set(name, `constant ${content}`);
  const inputs = graph.input.map((input) => typed(input, input.name));
  graph.input.forEach(({ name }, i) => scope.set(name, `input ${i} ${name}`));
  const nodes = nodesOf(graph.node, scope, context);
  const kept = ({ name }: { readonly name: string }) => (context.known.has(name) ? name : '');
  return {
    inputs,
    nodes,
    constants: graph.initializer.map((tensor, i) => `${constants[i]?.[1]} ${kept(tensor)}`).sort(),
    outputs: graph.output.map((output) => [typed(output, output.name), scope.get(output.name)]),
    types: graph.valueInfo.map((each) => typed(each, `${kept(each)} ${scope.get(each.name)}`)).sort(),
  };
}

function functionOf(
  { domain, name, input, output, node, opsetImport }: FunctionProto,
  context: Context,
): string {
  const scope = new Map(input.map((each, i) => [each, `input ${i}`]));
  const nodes = nodesOf(node, scope, context);
  const opsets = opsetImport.map((each) => `${each.domain} ${each.version}`).sort();
  return digestOf([domain, name, input.length, output.map((each) => scope.get(each)), nodes, opsets]);
}

/** The nodes, sorted; their results are added to the scope. */
function nodesOf(nodes: readonly NodeProto[], scope: Map<string, string>, context: Context): string[] {
  return nodes
    .map((node) => {
      const { opType, domain, input, output, attribute } = node;
      const inputs = input.map((name) => (name === '' ? '' : (scope.get(name) ?? `unknown ${name}`)));
      const attributes = attribute.map((each) => attributeOf(each, scope, context)).sort();
      const identity = digestOf([domain, opType, inputs, attributes]);
      output.forEach((name, i) => scope.set(name, `${opType} ${identity} ${i}`));
      const names = [node.name, ...output].filter((name) => context.known.has(name));
      return `${opType} ${identity} ${output.map((name) => (name === '' ? 0 : 1)).join('')} ${names.join(', ')}`;
    })
    .sort();
}

function attributeOf(attribute: AttributeProto, scope: Scope, context: Context): string {
  const { name, g, graphs, t } = attribute;
  if (g !== undefined) return `${name} ${digestOf(graphOf(g, scope, context))}`;
  if (graphs.length > 0) return `${name} ${digestOf(graphs.map((each) => graphOf(each, scope, context)))}`;
  if (t !== undefined) return `${name} ${context.content(t)}`;
  return `${name} ${digestOf(toBinary(AttributeProtoSchema, attribute))}`;
}

function typed(value: ValueInfoProto, called: string): string {
  return `${called} ${digestOf(toBinary(ValueInfoProtoSchema, { ...value, name: '' }))}`;
}

/** The tensor without its name, and where its data lie in a file, these in it; the file's path stays. */
function inlined(tensor: TensorProto, files: ReadonlyMap<string, Uint8Array>): TensorProto {
  if (tensor.dataLocation !== DataLocation.EXTERNAL) return { ...tensor, name: '' };
  const entry = (key: string) => tensor.externalData.find((each) => each.key === key)?.value ?? '0';
  const start = Number(entry('offset'));
  const rawData = (files.get(entry('location')) ?? new Uint8Array(0)).slice(
    start,
    start + Number(entry('length')),
  );
  return {
    ...tensor,
    name: '',
    rawData,
    externalData: tensor.externalData.filter(({ key }) => key === 'location'),
  };
}

/** The names of all nodes and values. */
function namesOf({ graph, functions }: ModelProto): Set<string> {
  const names = new Set<string>();
  const addNodes = (nodes: readonly NodeProto[]): void => {
    for (const { name, output, attribute } of nodes) {
      for (const each of [name, ...output]) names.add(each);
      for (const { g, graphs } of attribute) [...(g === undefined ? [] : [g]), ...graphs].forEach(addGraph);
    }
  };
  const addGraph = (each: GraphProto): void => {
    for (const { name } of [...each.initializer, ...each.input, ...each.output, ...each.valueInfo])
      names.add(name);
    addNodes(each.node);
  };
  if (graph !== undefined) addGraph(graph);
  functions.forEach(({ node }) => addNodes(node));
  names.delete('');
  return names;
}
