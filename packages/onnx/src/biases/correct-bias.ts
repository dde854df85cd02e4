/**
 * Takes what a quantized weight adds to its output channels on average off the numbers that are added to them: those of the bias, of an
 * `Add` or `BatchNormalization` behind the product, or of ones that are made.
 */
import { type BiasNote, sizeOf } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import type { ModelEditor } from '../graph/model-editor.js';
import { biasPlace } from './bias-place.js';
import { biasName, bytesOf, numbersOf, put, type Correction } from './channel-constants.js';
import { changedBehind, newBehind } from './correct-behind.js';

/** From this version on `Add` broadcasts as numpy does. */
const addBroadcasts = 7;

/** Corrects the bias of the one operator that takes a weight, in the graph of the editor. */
export function correctBias(editor: ModelEditor, site: WeightSite, shift: Float32Array): BiasNote {
  const found = biasPlace(site);
  if (typeof found === 'string') return left(found);
  const { use, place } = found;
  const graph = editor.graph(use.graph);
  const own = { graph, node: use.node, type: use.type, place, shift };
  const { input, axis } = place;
  const hasBias = input !== undefined && (use.node.input[input] ?? '') !== '';
  const changed =
    (hasBias ? changedInput(own, input) : undefined) ??
    (axis === undefined ? undefined : changedBehind(own, axis)) ??
    (input === undefined || hasBias ? undefined : newInput(own, input));
  if (changed !== undefined) return changed;
  if (axis === undefined)
    return left('its bias is no constant with one number a channel, and more is computed behind the sum');
  if (editor.opsetOf(use.graph) < addBroadcasts)
    return left('its bias is no constant, and Add of this version adds no numbers to channels');
  return newBehind(own, axis);
}

const left = (reason: string): BiasNote => ({
  form: 'float',
  storedBytes: 0,
  left: true,
  reason: `stays as it is: ${reason}`,
});

/** What the input that is the bias takes off, channel by channel, and where in it the channels stand. */
function inputShift({ place, shift }: Correction) {
  const { alpha = 1, beta = 1, within } = place;
  const off = shift.map((one) => (-alpha * one) / beta);
  const { dims, length, every, from } = within ?? {
    dims: [off.length],
    length: off.length,
    every: 0,
    from: 0,
  };
  const placeOf = (channel: number) => Math.floor(channel / length) * every + from + (channel % length);
  const addTo = (values: Float32Array) => off.forEach((one, channel) => (values[placeOf(channel)]! += one));
  return { dims, addTo };
}

/** The input that is the bias, changed; `undefined` where it is no constant that can be. */
function changedInput(own: Correction, input: number): BiasNote | undefined {
  const { graph, node, type } = own;
  const name = node.input[input] as string;
  const { dims, addTo } = inputShift(own);
  const before = numbersOf(graph, name, type, sizeOf(dims));
  if (before === undefined) return undefined;
  addTo(before.values);
  const added = put(graph, name, type, before, (fresh) => graph.setInput(node, input, fresh));
  return { form: 'bias', storedBytes: added, reason: 'in its place' };
}

/** A bias for an operator that takes one and has none. */
function newInput(own: Correction, input: number): BiasNote {
  const { graph, node, type } = own;
  const { dims, addTo } = inputShift(own);
  const values = new Float32Array(sizeOf(dims));
  addTo(values);
  graph.setInput(node, input, graph.addConstant(biasName, { type, dims, values }));
  return { form: 'new bias', storedBytes: bytesOf(type, dims, values), reason: 'its operator takes one' };
}
