import { isStandard } from '../graph/scope.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { takeAffine } from './absorb-affine.js';
import { scaleBy, shiftBy } from './channel-affine.js';
import { scaleChannels, sumChannels } from './channel-weights.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { FoldRule } from './fold-step.js';
import { linearUnit, weightsName, type LinearUnit } from './linear-unit.js';

/**
 * Takes a multiplication by one number into what lies before or after it: into the convolution whose hard swish it
 * scales, c · x · HardSigmoid(x; α) = (c · x) · HardSigmoid(c · x; α / c), or into the weights of every convolution
 * and matrix product that takes the result. An addition of one number goes into the bias of those that do not pad.
 */
export const absorbScale: FoldRule = {
  name: 'scale into weights',
  apply(node, graph) {
    const found = scalarStep(node, graph);
    if (found === undefined) return undefined;
    return 'factor' in found ? takeFactor(node, found, graph) : takeTerm(node, found, graph);
  },
};

type ScalarStep = { readonly x: string } & ({ readonly factor: number } | { readonly term: number });

const isScalar = (name: string, graph: EditableGraph): boolean =>
  graph.constantType(name)?.dims.every((size) => size === 1) ?? false;

/** y = factor · x, or y = x + term. */
function scalarStep(node: NodeProto, graph: EditableGraph): ScalarStep | undefined {
  const index = node.input.findIndex((name) => isScalar(name, graph));
  const value = graph.constant(node.input[index] ?? '');
  if (node.input.length !== 2 || value?.type !== DataType.FLOAT || value.values.length !== 1)
    return undefined;
  const [x, number] = [node.input[1 - index] as string, value.values[0] as number];
  if (graph.isConstant(x) || value.dims.length > 1 || !Number.isFinite(number) || number === 0)
    return undefined;
  if (isStandard(node, 'Mul')) return { x, factor: number };
  if (isStandard(node, 'Div') && index === 1) return { x, factor: 1 / number };
  return isStandard(node, 'Add') ? { x, term: number } : undefined;
}

function takeFactor(node: NodeProto, { x, factor }: { x: string; factor: number }, graph: EditableGraph) {
  if (takeIntoHardSwish(node, x, factor, graph)) return 'folded' as const;
  const units = unitsAfter(node, graph);
  if (units === undefined) return undefined;
  for (const unit of units) {
    const weights = graph.ownFloats(weightsName(unit));
    scaleChannels(weights, unit.runs, new Float64Array(unit.channels).fill(factor));
  }
  bypass(node, x, graph);
  return 'folded' as const;
}

function takeTerm(node: NodeProto, { x, term }: { x: string; term: number }, graph: EditableGraph) {
  const units = unitsAfter(node, graph);
  if (units === undefined || !units.every(({ takesBias, pads }) => takesBias && !pads)) return undefined;
  for (const unit of units) {
    const sums = sumChannels(graph.floats(weightsName(unit)), unit.runs, unit.channels);
    takeAffine(unit, shiftBy(sums.map((sum) => term * sum)), graph);
  }
  bypass(node, x, graph);
  return 'folded' as const;
}

/** The convolutions and products that take the node's result as data, if nothing else does. */
function unitsAfter(node: NodeProto, graph: EditableGraph): LinearUnit[] | undefined {
  const [output = ''] = node.output;
  const users = graph.users(output);
  if (graph.isHeld(output) || users.length === 0) return undefined;
  const units = users.map((user) => (user.input[0] === output ? linearUnit(user, graph) : undefined));
  return units.every((unit): unit is LinearUnit => unit !== undefined && unit.fixed === undefined)
    ? units
    : undefined;
}

/** Lets everything that took the node's result take `x`, and removes the node. */
function bypass(node: NodeProto, x: string, graph: EditableGraph): void {
  const [output = ''] = node.output;
  const users = [...new Set(graph.users(output))];
  for (const user of users) {
    user.input.forEach((name, index) => name === output && graph.setInput(user, index, x));
  }
  graph.absorb(node, users);
}

/** `product` = u · HardSigmoid(u), where a convolution or product alone makes u for these two nodes. */
function takeIntoHardSwish(node: NodeProto, product: string, factor: number, graph: EditableGraph): boolean {
  const multiply = graph.soleUser(product) === node ? graph.producer(product) : undefined;
  if (multiply === undefined || !isStandard(multiply, 'Mul')) return false;
  const gate = multiply.input
    .map((name) => graph.producer(name))
    .find((one): one is NodeProto => one !== undefined && isStandard(one, 'HardSigmoid'));
  const u = gate?.input[0] ?? '';
  const linear = graph.producer(u);
  const unit = linear && linearUnit(linear, graph);
  const alpha = gate?.attribute.find(({ name }) => name === 'alpha');
  const alone = gate !== undefined && graph.soleUser(gate.output[0] ?? '') === multiply;
  const both = multiply.input.includes(u) && graph.users(u).length === 2 && !graph.isHeld(u);
  if (!alone || !both || unit === undefined || unit.fixed !== undefined || alpha === undefined) return false;
  takeAffine(unit, scaleBy(new Float64Array(unit.channels).fill(factor)), graph);
  alpha.f = Math.fround(alpha.f / factor);
  graph.absorb(node, [multiply]);
  graph.setOutput(multiply, node.output[0] as string);
  return true;
}
