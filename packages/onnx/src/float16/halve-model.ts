import type { HalfPrecision } from '@lowbit/core';
import type { ExternalFiles } from '../external/files.js';
import { constantSource } from '../graph/constant-source.js';
import { modelEditor } from '../graph/model-editor.js';
import type { Definition } from '../graph/scope.js';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import { nodeLabel } from '../model/node-label.js';
import { isExternal } from '../model/tensor-data.js';
import type { HalfOptions } from '../onnx-options.js';
import { DataType, type GraphProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';
import { chooseHalves } from './choose-halves.js';
import { halfConstant, type HalfConstant } from './half-constant.js';
import { keptNodes } from './kept-nodes.js';
import { type TypedNodes, typedNodes } from './value-types.js';
import { writeHalves } from './write-halves.js';

/**
 * Makes a model compute in float16 where its range allows, in the model itself. Inputs and outputs stay as they are; functions of the
 * model do too.
 *
 * @param order Of this very model.
 * @returns What became of it, and the order of the nodes from then on.
 * @throws LowbitError `invalid-argument` for a glob of `keep` that fits no node; `external-data`, `model-malformed`.
 */
export async function halveModel(
  model: OnnxModel,
  order: GraphOrder,
  files: ExternalFiles | undefined,
  { keep = [] }: HalfOptions,
): Promise<{ readonly report: HalfPrecision; readonly order: GraphOrder }> {
  const typed = typedNodes(model.proto.graph as GraphProto, order);
  const constants = await halfConstants(typed, model, files);
  const facts = { typed, constants, kept: keptNodes(typed, keep, model.name) };
  const choice = chooseHalves(facts);
  const editor = modelEditor(model, { order, keepsPlaces: true });
  const declare = writeHalves(facts, choice, editor);
  editor.apply();
  declare();
  const kept = [...choice.reasons].map(([node, reason]) => ({
    node: nodeLabel(node),
    operator: node.opType,
    reason,
  }));
  const nodes = typed.nodes.filter(({ node }) => choice.isHalf(node)).length;
  const written = new Map([...order.keys()].map((graph) => [graph, graph.node]));
  return { report: { nodes, kept, ...constantNotes(constants) }, order: written };
}

/** The FLOAT constants of all graphs as float16; one after the other is read. */
async function halfConstants(
  { scopes, type }: TypedNodes,
  { ir }: OnnxModel,
  files: ExternalFiles | undefined,
): Promise<ReadonlyMap<Definition, HalfConstant>> {
  const constants = new Map<Definition, HalfConstant>();
  for (const scope of scopes)
    for (const value of scope.definitions.values()) {
      const isReplaceable = ir >= initializersStandAlone && scope.inputs.has(value.name);
      const source = isReplaceable || type(value) !== DataType.FLOAT ? undefined : constantSource(value);
      if (source === undefined || (isExternal(source.tensor) && files === undefined)) continue;
      const tensor = files === undefined ? source.tensor : await files.load(source.tensor, value.name);
      constants.set(value, halfConstant(tensor, value.name));
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

const unfitReason = (unfit: 'too large' | 'too small', largest: number): string =>
  unfit === 'too large'
    ? `its largest value is ${largest.toPrecision(3)}, and float16 ends at 65504`
    : `float16 would lose too much of values up to ${largest.toPrecision(3)}`;
