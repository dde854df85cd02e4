import type { BiasNote } from '@lowbit/core/adapter';
import { isStandard } from '../graph/scope.js';
import { makeNode } from '../graph/make-node.js';
import { storedBytes } from '../graph/stored-bytes.js';
import { trainsHere } from '../fold/channel-affine.js';
import type { NodeProto } from '../schema/proto.js';
import { biasName, bytesOf, numbersOf, put, type Correction } from './channel-constants.js';

/** The constant that the operator behind adds, or the mean that it takes off; `undefined` where there is none. */
export function changedBehind(
  { graph, node, type, place, shift }: Correction,
  axis: number,
): BiasNote | undefined {
  const output = node.output[0] as string;
  const user = graph.soleUser(output);
  if (user === undefined) return undefined;
  const takesMean = place.input !== undefined && normalizesChannels(user, output);
  if (!takesMean && !isStandard(user, 'Add')) return undefined;
  const at = takesMean ? meanInput : user.input.findIndex((name) => name !== output);
  const name = user.input[at] ?? '';
  const before = numbersOf(graph, name, type, shift.length);
  if (before?.dims.at(takesMean ? 0 : axis) !== shift.length) return undefined;
  const sign = (takesMean ? 1 : -1) * (place.alpha ?? 1);
  shift.forEach((one, channel) => (before.values[channel]! += sign * one));
  const added = put(graph, name, type, before, (fresh) => graph.setInput(user, at, fresh));
  return takesMean
    ? { form: 'mean', storedBytes: added, reason: 'the mean that is taken off behind its product' }
    : { form: 'Add', storedBytes: added, reason: 'the numbers that are added behind its product' };
}

/** Index of the mean among the inputs of a `BatchNormalization`. */
const meanInput = 3;

/** Whether a node normalizes the channels of a value, axis 1, by constants, not by what it sees. */
const normalizesChannels = (node: NodeProto, value: string): boolean =>
  isStandard(node, 'BatchNormalization') && node.input[0] === value && !trainsHere(node);

/** An `Add` of its own behind an operator that takes no bias. */
export function newBehind({ graph, node, type, place, shift }: Correction, axis: number): BiasNote {
  const { alpha = 1 } = place;
  const off = shift.map((one) => -alpha * one);
  const output = node.output[0] as string;
  const dims = [off.length, ...Array.from({ length: -1 - axis }, () => 1)];
  const bias = graph.addConstant(biasName, { type, dims, values: off });
  const products = graph.newName(`${output}_products`);
  graph.setOutput(node, products);
  const sum = makeNode({ op: 'Add', inputs: [products, bias], outputs: [output] });
  graph.replace(node, [node, sum]);
  const bytes = bytesOf(type, dims, off) + storedBytes({ node: [sum] });
  return { form: 'new Add', storedBytes: bytes, reason: 'its operator takes no bias' };
}
