import { DataType, type NodeProto } from '../schema/proto.js';
import { channelAffine, type ChannelAffine } from './channel-affine.js';
import { perChannel, scaleChannels } from './channel-weights.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { FoldRule } from './fold-step.js';
import { linearUnit, weightsName, type LinearUnit } from './linear-unit.js';

/**
 * Takes what follows a convolution or matrix product into its weights and bias, when it is a batch normalization or
 * adds, subtracts, multiplies or divides by constants that are one number a channel. A `MatMul` has no bias; its
 * weights take multiplications, and the constant of an `Add` after it takes the rest.
 */
export const absorbAffine: FoldRule = {
  name: 'affine into weights',
  apply(node, graph) {
    const unit = linearUnit(node, graph);
    if (unit === undefined) return undefined;
    const next = followers(node, graph);
    const affine = next && channelAffine(next, node.output[0] as string, unit, graph);
    if (next === undefined || affine === undefined) return undefined;
    if (unit.fixed !== undefined) return { reason: unit.fixed };
    if (!holdsNumbers(affine)) return { reason: 'the constants after it are not finite' };
    if (affine.shifts && !unit.takesBias) return shiftAfterMatMul(unit, next, affine, graph);
    takeAffine(unit, affine, graph);
    graph.absorb(next, [node]);
    graph.setOutput(node, next.output[0] as string);
    return 'folded';
  },
};

/** The node that alone takes the result. */
const followers = (node: NodeProto, graph: EditableGraph) => graph.soleUser(node.output[0] ?? '');

function holdsNumbers({ scale, shift }: ChannelAffine): boolean {
  for (let c = 0; c < scale.length; c++) if (!Number.isFinite(scale[c]! + shift[c]!)) return false;
  return true;
}

/** Scales the weights and the bias of a unit and shifts the bias. */
export function takeAffine(unit: LinearUnit, affine: ChannelAffine, graph: EditableGraph): void {
  const { scale, scales, shifts } = affine;
  const { node, channels, runs } = unit;
  const name = weightsName(unit);
  if (scales) scaleChannels(graph.ownFloats(name), runs, scale);
  const bias = graph.constant(node.input[2] ?? '');
  if (bias === undefined && !shifts) return;
  const after = affineOf(bias?.values ?? [0], affine);
  if (bias !== undefined) graph.setConstant(node.input[2] as string, [channels], after);
  else
    graph.setInput(
      node,
      2,
      graph.addConstant(`${name}_bias`, { type: DataType.FLOAT, dims: [channels], values: after }),
    );
}

/** What an affine step makes of a bias, which is one number a channel or one for all. */
function affineOf(bias: ArrayLike<number>, { scale, shift }: ChannelAffine): Float32Array {
  const step = bias.length === 1 ? 0 : 1;
  const after = new Float32Array(scale.length);
  for (let c = 0; c < after.length; c++) after[c] = scale[c]! * (bias[c * step] ?? 0) + shift[c]!;
  return after;
}

/** `MatMul` → `Add` constant → affine: the weights take the scale, the constant the scale and the shift. */
function shiftAfterMatMul(unit: LinearUnit, add: NodeProto, bias: ChannelAffine, graph: EditableGraph) {
  if (add.opType !== 'Add') return undefined;
  const last = graph.soleUser(add.output[0] ?? '');
  const affine = last && channelAffine(last, add.output[0] as string, unit, graph);
  if (last === undefined || affine === undefined) return undefined;
  const { channels } = unit;
  if (!holdsNumbers(affine)) return { reason: 'the constants after it are not finite' };
  const values = new Float32Array(
    perChannel(channels, (c) => affine.scale[c]! * bias.shift[c]! + affine.shift[c]!),
  );
  takeAffine(unit, { ...affine, shift: new Float64Array(channels), shifts: false }, graph);
  const index = add.input[0] === unit.node.output[0] ? 1 : 0;
  const near = add.input[index] as string;
  graph.setInput(
    add,
    index,
    graph.addConstant(`${near}_folded`, { type: DataType.FLOAT, dims: [channels], values }),
  );
  graph.absorb(last, [add]);
  graph.setOutput(add, last.output[0] as string);
  return 'folded' as const;
}
