import type { SiteNotes } from '../sites/site-notes.js';
import { isStandard } from '../graph/scope.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { NodeProto } from '../schema/proto.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerRule, ValueSites } from './integer-rule.js';
import { isFused } from './integer-layer.js';
import { isStatic, noteOf, type StaticWork } from './integer-work.js';
import { dataOf, qdqPlan, type PassingNode, type QuantizedResult, resultOf } from './qdq-plan.js';
import { biasFits, writeDequantizedLayer } from './dequantized-layer.js';
import { quantizedInputs } from './quantized-inputs.js';
import { biasTooLarge, outputNotQuantized } from './reasons.js';
import { uint8Site, type Uint8Site } from '../sites/uint8-site.js';

/**
 * Puts `QuantizeLinear → DequantizeLinear` around every value between integer layers, so that a runtime fuses each of
 * them to one integer operator (`QLinearConv`, `QLinearAdd` …), and a runtime that does not still computes the same. A layer is
 * left where its bias or its result cannot be quantized; the results of products stay floats.
 */
export const qdqRule: IntegerRule<StaticWork> = {
  matches: (work): work is StaticWork => isStatic(work) && isFused(work.layer),
  check(work, graph, values) {
    if (!biasFits(work, graph)) return biasTooLarge;
    const result = work.layer.integer.givesIntegers ? resultOf(work.layer, graph) : undefined;
    return result && resultProblem(result, values, graph);
  },
  replace(work, edit, values, sites) {
    const handed = handedOn(work, edit, values, sites);
    const { graph } = edit;
    const codes = new Map(
      [...handed.ranges.keys()].map((name) => [name, graph.newName(`${name}_quantized`)]),
    );
    const inputs = quantizedInputs(edit, codes);
    const notes = work.map((one) => {
      const ranged = { ...one, input: handed.ranges.get(one.layer.input) ?? one.input };
      return noteOf(one, writeDequantizedLayer(ranged, inputs.dequantized(ranged), edit), edit);
    });
    for (const { tensor } of handed.values) sites.written(tensor, 'uint8', 'handed on as 8-bit integers');
    for (const value of handed.values) quantizeResult(value, handed.ranges, codes, edit);
    return notes;
  },
};

/** The values between integer layers that stay integers, and their ranges. */
interface HandedOn {
  readonly values: readonly Pick<PassingNode, 'node' | 'tensor' | 'absorbed'>[];
  readonly ranges: ReadonlyMap<string, Uint8Site>;
}

function handedOn(
  work: readonly StaticWork[],
  { graph, opset }: IntegerEdit,
  values: ValueSites,
  sites: SiteNotes,
): HandedOn {
  const layers = work.map(({ layer }) => layer);
  const { results, passing } = qdqPlan(layers, graph, opset);
  const ranges = new Map(results.map(({ tensor }) => [tensor, siteOf(tensor, values) as Uint8Site]));
  const through = passing.filter((one) => {
    const site = passingSite(one, ranges, values, graph, sites);
    if (site !== undefined) ranges.set(one.tensor, site);
    return site !== undefined;
  });
  return {
    values: [...results.map(({ layer, ...value }) => ({ node: layer.node, ...value })), ...through],
    ranges,
  };
}

function resultProblem(result: QuantizedResult, values: ValueSites, graph: EditableGraph) {
  const site = siteOf(result.tensor, values);
  const problem = typeof site === 'string' ? site : cutProblem(result, site, graph);
  return problem === undefined ? undefined : outputNotQuantized(problem);
}

function siteOf(tensor: string, { activations, floatSites }: ValueSites): Uint8Site | string {
  const site = activations.get(tensor);
  return site === undefined ? (floatSites.get(tensor) ?? 'it was not observed') : uint8Site(site);
}

/** How the result of an operator between integer layers is quantized; `undefined` where it is not. */
function passingSite(
  passing: PassingNode,
  made: ReadonlyMap<string, Uint8Site>,
  values: ValueSites,
  graph: EditableGraph,
  sites: SiteNotes,
): Uint8Site | undefined {
  const data = dataOf(passing.node, graph);
  if (!data.every((name) => made.has(name))) return undefined;
  if (passing.range === 'shared') return made.get(data[0] as string);
  const site = siteOf(passing.tensor, values);
  const problem = typeof site === 'string' ? site : cutProblem(passing, site, graph);
  if (problem === undefined) return site as Uint8Site;
  sites.left(passing.tensor, problem);
  return undefined;
}

/** Why the range of the 8-bit value does not do what the absorbed activation did, within half a step. */
function cutProblem(
  { absorbed }: Pick<PassingNode, 'absorbed'>,
  { scale, zeroPoint }: Uint8Site,
  graph: EditableGraph,
) {
  if (absorbed === undefined) return undefined;
  const [low, high] = boundsOf(absorbed, graph);
  const half = scale / 2;
  const inside = -zeroPoint * scale >= low - half && (255 - zeroPoint) * scale <= high + half;
  return inside ? undefined : `its range goes beyond that of the ${absorbed.opType} after it`;
}

function boundsOf(node: NodeProto, graph: EditableGraph): [number, number] {
  if (isStandard(node, 'Relu')) return [0, Infinity];
  const attribute = (name: string) => node.attribute.find((one) => one.name === name)?.f;
  const input = (index: number) => graph.constant(node.input[index] ?? '')?.values[0];
  const computed = [1, 2].some((index) => node.input[index] && !graph.isConstant(node.input[index]));
  if (computed) return [Infinity, -Infinity];
  return [input(1) ?? attribute('min') ?? -Infinity, input(2) ?? attribute('max') ?? Infinity];
}

function quantizeResult(
  { node, tensor, absorbed }: Pick<PassingNode, 'node' | 'tensor' | 'absorbed'>,
  made: ReadonlyMap<string, Uint8Site>,
  codes: ReadonlyMap<string, string>,
  edit: IntegerEdit,
): void {
  if (absorbed !== undefined) {
    edit.graph.absorb(absorbed, [node]);
    edit.graph.setOutput(node, tensor);
  }
  roundTrip(node, tensor, made, codes, edit);
}

/** node → value becomes node → float → QuantizeLinear → DequantizeLinear → value. */
function roundTrip(
  node: NodeProto,
  tensor: string,
  made: ReadonlyMap<string, Uint8Site>,
  codes: ReadonlyMap<string, string>,
  { graph, linear, parameters }: IntegerEdit,
): void {
  const quantization = parameters(tensor, made.get(tensor) as Uint8Site);
  const [floats, eightBit] = [graph.newName(`${tensor}_float`), codes.get(tensor) as string];
  graph.setOutput(node, floats);
  graph.replace(node, [
    node,
    linear('QuantizeLinear', [floats, ...quantization], eightBit),
    linear('DequantizeLinear', [eightBit, ...quantization], tensor),
  ]);
}
