import { attributeOf } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { castNode } from '../graph/make-node.js';
import type { ModelEditor } from '../graph/model-editor.js';
import { type Definition, isStandard, resolve } from '../graph/scope.js';
import { DataType, type GraphProto, type NodeProto } from '../schema/proto.js';
import type { HalfChoice, HalfFacts } from './choose-halves.js';
import { traitsOf } from './operator-traits.js';
import { storeConstant } from './store-constant.js';
import type { PlacedNode } from './value-types.js';

/** Whether something takes a value as float16, as float32. */
export interface Needs {
  half: boolean;
  full: boolean;
}

/** Names of a value in both types, which are one where only one is needed, and in that in which it is made. */
export interface Names {
  readonly half: string;
  readonly full: string;
  readonly made: keyof Needs;
}

/**
 * Writes float16 into a model: the types of constants, and nodes that cast values between both types, each once. Inputs and outputs of
 * graphs stay as they are, but for those of the model that are wanted in float16.
 *
 * @returns After the editor has applied its changes: declares the types of what became float16.
 */
export function writeHalves(facts: HalfFacts, choice: HalfChoice, editor: ModelEditor): () => void {
  const { typed, constants } = facts;
  const needs = gatherNeeds(facts, choice);
  const names = new Map<Definition, Names>();
  for (const scope of typed.scopes)
    for (const value of scope.definitions.values()) {
      const given = value.kind === 'input' && choice.isGivenHalf(value) ? 'half' : 'full';
      const need = needs.get(value);
      if ((need === undefined && given === 'full') || value.kind === 'node') continue;
      const [graph, constant] = [editor.graph(scope.graph), constants.get(value)];
      if (constant !== undefined) names.set(value, storeConstant(graph, value, constant, need ?? neither));
      else names.set(value, nameInput(graph, value.name, given, need));
    }
  for (const placed of typed.nodes) {
    const graph = editor.graph(placed.scope.graph);
    const isHalf = choice.isHalf(placed.node);
    rewire(placed, graph, facts, choice, names);
    const [from] = placed.inputs;
    const joined =
      isHalf && isCast(placed.node) && from !== undefined ? nameAsHalf(from, facts, names) : undefined;
    placed.outputs.forEach((value, at) => {
      const constant = value && constants.get(value);
      if (!isFloat(value, facts)) return;
      const need = needs.get(value);
      if (constant !== undefined) names.set(value, storeConstant(graph, value, constant, need ?? neither));
      else if (joined !== undefined && !placed.scope.outputs.has(value.name))
        names.set(value, dropCast(placed.node, graph, joined, need));
      else
        names.set(
          value,
          nameOutput(placed, at, graph, {
            made: typeName(isHalf),
            need,
            given: typeName(choice.isGivenHalf(value)),
          }),
        );
    });
  }
  return () => {
    for (const scope of typed.scopes)
      declare(scope.graph, scope.definitions, names, (name) => resolve(scope, name));
  };
}

const neither: Needs = { half: false, full: false };

const isFloat = (value: Definition | undefined, { typed }: HalfFacts): value is Definition =>
  value !== undefined && typed.type(value) === DataType.FLOAT;

/** A cast takes either type. */
const isCast = (node: NodeProto): boolean => isStandard(node, 'Cast');

/** Which types of its values are needed. */
function gatherNeeds(facts: HalfFacts, choice: HalfChoice): ReadonlyMap<Definition, Needs> {
  const needs = new Map<Definition, Needs>();
  const need = (value: Definition | undefined, type: keyof Needs) => {
    if (!isFloat(value, facts)) return;
    const known = needs.get(value) ?? { half: false, full: false };
    known[type] = true;
    needs.set(value, known);
  };
  for (const { node, inputs } of facts.typed.nodes)
    if (!isCast(node)) inputs.forEach((value, at) => need(value, typeTaken(node, at, choice)));
  for (const scope of facts.typed.scopes)
    for (const { name } of scope.graph.output) {
      const value = resolve(scope, name);
      need(value, typeName(value !== undefined && choice.isGivenHalf(value)));
    }
  return needs;
}

function typeTaken(node: NodeProto, at: number, choice: HalfChoice): keyof Needs {
  const isFixed = traitsOf(node)?.fixed.includes(at) ?? false;
  return choice.isHalf(node) && !isFixed ? 'half' : 'full';
}

const typeName = (isHalf: boolean): keyof Needs => (isHalf ? 'half' : 'full');
const otherType = { half: 'full', full: 'half' } as const;
const words = { half: 'float16', full: 'float32' } as const;
const types = { half: DataType.FLOAT16, full: DataType.FLOAT } as const;

/** Casts an input of a graph, in front of all of its nodes, where the other type is needed too. */
function nameInput(graph: EditableGraph, name: string, made: keyof Needs, need: Needs = neither): Names {
  const other = otherType[made];
  if (!need[other]) return { half: name, full: name, made };
  const cast = graph.newName(`${name}.${words[other]}`);
  const [first] = graph.nodes();
  if (first !== undefined) graph.replace(first, [castNode(name, cast, types[other]), first]);
  return made === 'half' ? { half: name, full: cast, made } : { half: cast, full: name, made };
}

/** Lets a node take its inputs in the type in which it computes. */
function rewire(
  { node, inputs }: PlacedNode,
  graph: EditableGraph,
  facts: HalfFacts,
  choice: HalfChoice,
  names: ReadonlyMap<Definition, Names>,
): void {
  inputs.forEach((value, at) => {
    const known = isFloat(value, facts) ? names.get(value) : undefined;
    if (known === undefined) return;
    const name = known[isCast(node) ? known.made : typeTaken(node, at, choice)];
    if (node.input[at] !== name) graph.setInput(node, at, name);
  });
  const to = isCast(node) && choice.isHalf(node) ? attributeOf(node, 'to') : undefined;
  if (to !== undefined) to.i = BigInt(DataType.FLOAT16);
}

/** What a value is called that is float16 without a cast. */
function nameAsHalf(value: Definition, { typed }: HalfFacts, names: ReadonlyMap<Definition, Names>) {
  if (typed.type(value) === DataType.FLOAT16) return value.name;
  const known = names.get(value);
  return known?.made === 'half' ? known.half : undefined;
}

/** Takes a cast away that would not change the type any more. */
function dropCast(node: NodeProto, graph: EditableGraph, half: string, need: Needs | undefined): Names {
  const full = need?.full === true ? (node.output[0] as string) : half;
  graph.replace(node, full === half ? [] : [castNode(half, full, DataType.FLOAT)]);
  return { half, full, made: 'half' };
}

/** Names an output in the types that are needed, and casts it behind the node that makes it; an output of the graph keeps its name. */
function nameOutput(
  { node, scope }: PlacedNode,
  at: number,
  graph: EditableGraph,
  { made, need = neither, given }: { made: keyof Needs; need: Needs | undefined; given: keyof Needs },
): Names {
  const name = node.output[at] as string;
  const other = otherType[made];
  if (!need[other]) return { half: name, full: name, made };
  const isTurned = scope.outputs.has(name) && given === other;
  const fresh = graph.newName(`${name}.${words[isTurned ? made : other]}`);
  if (isTurned) graph.setOutput(node, fresh, at);
  const [from, to] = isTurned ? [fresh, name] : [name, fresh];
  graph.replace(node, [node, castNode(from, to, types[other])]);
  return made === 'half' ? { half: from, full: to, made } : { half: to, full: from, made };
}

/** Tells the types of values that are float16 from now on, and lets a branch that gives a value from around it give it as float32. */
function declare(
  graph: GraphProto,
  definitions: ReadonlyMap<string, Definition>,
  names: ReadonlyMap<Definition, Names>,
  resolved: (name: string) => Definition | undefined,
): void {
  for (const { name, type } of [...graph.input, ...graph.valueInfo, ...graph.output]) {
    const value = definitions.get(name);
    const known = value && names.get(value);
    if (known?.half !== name || (known.full === name && known.made === 'full')) continue;
    if (type?.value.case === 'tensorType') type.value.value.elemType = DataType.FLOAT16;
  }
  for (const output of graph.output) {
    if (definitions.has(output.name)) continue;
    const value = resolved(output.name);
    output.name = (value && names.get(value)?.full) ?? output.name;
  }
}
