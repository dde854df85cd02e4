import type { HalfPrecision } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { ExternalFiles } from '../external/files.js';
import { constantSource } from '../graph/constant-source.js';
import { modelEditor } from '../graph/model-editor.js';
import type { Definition } from '../graph/scope.js';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import { nodeLabel } from '../model/node-label.js';
import { isExternal } from '../model/tensor-data.js';
import { DataType, type GraphProto, type NodeProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';
import { beforeLogarithms } from './before-logarithms.js';
import { chooseHalves } from './choose-halves.js';
import { halfConstant, type HalfConstant, type Unfit } from './half-constant.js';
import { keptNodes } from './kept-nodes.js';
import { type Magnitudes, valueKey } from './measure-magnitudes.js';
import { type PlacedNode, type TypedNodes, typedNodes } from './value-types.js';
import { writeHalves } from './write-halves.js';

/** How a model is to become float16. */
export interface HalfWish {
  /** Nodes that stay float32: globs of their names or operators. */
  readonly keep: readonly string[];
  /** The largest magnitude, on data, that float16 is taken for. */
  readonly limit: number;
  /** Whether inputs and outputs become float16 too. */
  readonly isInterface: boolean;
  /** How far values of the model as it is before go on the data, where there are any. */
  readonly measure?: (model: OnnxModel, typed: TypedNodes) => Promise<Magnitudes>;
}

/**
 * Makes a model compute in float16 where its range allows, in the model itself. Functions of the model do too; what
 * goes into them and what they give stays float32, as inputs and outputs of the model do.
 *
 * @param order Of this very model.
 * @returns What became of it, and the order of the nodes from then on.
 * @throws LowbitError `invalid-argument` for a glob of `keep` that fits no node; `external-data`, `model-malformed`; what `measure` throws.
 */
export async function halveModel(
  model: OnnxModel,
  order: GraphOrder,
  files: ExternalFiles | undefined,
  { keep, limit, isInterface, measure }: HalfWish,
): Promise<{ readonly report: HalfPrecision; readonly order: GraphOrder }> {
  const typed = typedNodes(model.proto, order);
  const fine = beforeLogarithms(typed);
  const constants = await halfConstants(typed, model, files, fine.weights);
  const kept = keptNodes(typed, keep, model.name);
  const seen = measure && { magnitudes: await measure(model, typed), limit };
  const facts = { typed, constants, fine: fine.nodes, kept, isInterface, ...defined({ seen }) };
  const choice = chooseHalves(facts);
  const editor = modelEditor(model, { order, keepsPlaces: true });
  const declare = writeHalves(facts, choice, editor);
  editor.apply();
  declare();
  const stay = [...choice.reasons].map(([node, reason]) => ({
    node: nodeLabel(node),
    operator: node.opType,
    reason,
  }));
  const halves = typed.nodes.filter(({ node }) => choice.isHalf(node));
  const measured = seen && { limit, closest: closestOf(halves, seen.magnitudes) };
  const report = { nodes: halves.length, kept: stay, ...constantNotes(constants), ...defined({ measured }) };
  const edited = new Set(typed.scopes.map(({ graph }) => graph));
  const nodesOf = ([graph, nodes]: [GraphProto, readonly NodeProto[]]) =>
    [graph, edited.has(graph) ? graph.node : nodes] as const;
  return { report, order: new Map([...order].map(nodesOf)) };
}

/** So many values are told. */
const closestTold = 5;

/** Float16 values with the largest magnitudes, the largest first. */
function closestOf(halves: readonly PlacedNode[], magnitudes: Magnitudes) {
  const values = new Set(halves.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  return [...values]
    .flatMap((value) => {
      const largest = value && magnitudes.get(valueKey(value));
      return value === undefined || largest === undefined ? [] : [{ name: value.name, largest }];
    })
    .sort((a, b) => b.largest - a.largest)
    .slice(0, closestTold);
}

/** The FLOAT constants of all graphs as float16; one after the other is read. */
async function halfConstants(
  { scopes, type }: TypedNodes,
  { ir }: OnnxModel,
  files: ExternalFiles | undefined,
  fine: ReadonlySet<Definition>,
): Promise<ReadonlyMap<Definition, HalfConstant>> {
  const constants = new Map<Definition, HalfConstant>();
  for (const scope of scopes)
    for (const value of scope.definitions.values()) {
      const isReplaceable = ir >= initializersStandAlone && scope.inputs.has(value.name);
      const source = isReplaceable || type(value) !== DataType.FLOAT ? undefined : constantSource(value);
      if (source === undefined || (isExternal(source.tensor) && files === undefined)) continue;
      const tensor = files === undefined ? source.tensor : await files.load(source.tensor, value.name);
      const constant = halfConstant(tensor, value.name);
      constants.set(value, fine.has(value) ? { unfit: 'too coarse', ...constant } : constant);
    }
  return constants;
}

function constantNotes(
  constants: ReadonlyMap<Definition, HalfConstant>,
): Pick<HalfPrecision, 'unfit' | 'zeros'> {
  const all = [...constants].map(([{ name }, constant]) => ({ name, ...constant }));
  return {
    unfit: all.flatMap(({ name, unfit, largest }) =>
      unfit ? [{ name, reason: unfitReason(unfit, largest) }] : [],
    ),
    zeros: all.flatMap(({ name, unfit, zeros }) => (zeros > 0 && !unfit ? [{ name, values: zeros }] : [])),
  };
}

function unfitReason(unfit: Unfit, largest: number): string {
  switch (unfit) {
    case 'too large':
      return `its largest value is ${largest.toPrecision(3)}, and float16 ends at 65504`;
    case 'too small':
      return `float16 would lose too much of values up to ${largest.toPrecision(3)}`;
    case 'too coarse':
      return 'a logarithm takes what it makes, to which small values matter';
  }
}
