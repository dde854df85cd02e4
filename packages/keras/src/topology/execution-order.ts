import { tensorsIn } from '../network/call-tensors.js';
import { countedFromZero, type Callee } from './connect.js';
import type { CallDraft } from './layer-draft.js';
import { callKey } from './order.js';
import { isModel } from './refusals.js';
import type { RawLayer } from './raw-layer.js';
import { callArguments, references } from './references.js';

/** One call of one layer, as it is written. */
interface WrittenCall {
  readonly layer: string;
  /** Keys of the calls that give what it is called with. */
  readonly from: readonly string[];
}

/**
 * Calls in the order in which Keras 3 carries them out, which matters since its MultiHeadAttention takes the masks off its inputs: those from which
 * most calls lead to an output come first and, of as many, those that lead to later outputs (`map_graph` of keras/src/ops/function.py).
 *
 * @param calls Each behind what it needs. Calls that do not occur in the file stand where those stand for which they were made.
 * @param written All layers as they stand in the file.
 */
export function inOrderOfKeras3(
  calls: readonly CallDraft[],
  written: readonly RawLayer[],
  outputs: RawLayer['config'][string] | undefined,
  where: string,
): readonly CallDraft[] {
  const layers = new Map(written.map((raw) => [raw.name, calleeOf(raw)]));
  const all = writtenCalls(written, layers);
  const ends = references(outputs, where).tensors.map((tensor) => countedFromZero(tensor, layers, where));
  const order = byDepth(
    behindWhatTheyNeed(
      ends.map(({ layer, call }) => callKey(layer, call)),
      all,
    ),
    all,
  );
  const places = new Map(order.map((key, place) => [key, place]));
  for (const call of calls.toReversed()) {
    const place = places.get(keyOf(call)) ?? Infinity;
    for (const { layer, call: index } of tensorsIn(call)) {
      const source = callKey(layer, index);
      if (!all.has(source)) places.set(source, Math.min(place, places.get(source) ?? Infinity));
    }
  }
  const placeOf = (call: CallDraft) => places.get(keyOf(call)) ?? order.length;
  return [...calls].sort((a, b) => placeOf(a) - placeOf(b));
}

const keyOf = ({ layer, index }: CallDraft) => callKey(layer.name, index);

function calleeOf(raw: RawLayer): Callee {
  return { raw, className: raw.className, ...(isModel(raw.className) && { network: true }) };
}

function writtenCalls(
  written: readonly RawLayer[],
  layers: ReadonlyMap<string, Callee>,
): ReadonlyMap<string, WrittenCall> {
  const entries = written.flatMap(({ name, inboundNodes }) =>
    inboundNodes.map((node, index) => {
      const { args, kwargs } = callArguments(node, name);
      const sorted = Object.entries(kwargs).sort(([a], [b]) => (a < b ? -1 : 1));
      const tensors = tensorsIn({ args, kwargs: Object.fromEntries(sorted) });
      const from = tensors.map((tensor) => {
        const { layer, call } = countedFromZero(tensor, layers, name);
        return callKey(layer, call);
      });
      return [callKey(name, index), { layer: name, from }] as const;
    }),
  );
  return new Map(entries);
}

/** The calls that lead to some, each behind all that it needs. */
function behindWhatTheyNeed(
  ends: readonly string[],
  all: ReadonlyMap<string, WrittenCall>,
): readonly string[] {
  const seen = new Set<string>();
  const done = new Set<string>();
  const open = ends.toReversed();
  while (open.length > 0) {
    const key = open.pop()!;
    if (seen.has(key)) {
      done.add(key);
      continue;
    }
    seen.add(key);
    open.push(key, ...(all.get(key)?.from.toReversed() ?? []).filter((each) => !seen.has(each)));
  }
  return [...done];
}

/** Calls by the number of calls that lead from them to an output, most first. Those of one layer are as far as the farthest of them. */
function byDepth(order: readonly string[], all: ReadonlyMap<string, WrittenCall>): readonly string[] {
  const depths = new Map<string, number>();
  const ofLayers = new Map<string, number>();
  for (const key of order.toReversed()) {
    const { layer, from } = all.get(key) ?? { layer: key, from: [] };
    const depth = Math.max(depths.get(key) ?? 0, ofLayers.get(layer) ?? 0);
    depths.set(key, depth);
    ofLayers.set(layer, depth);
    for (const each of from) depths.set(each, Math.max(depth + 1, depths.get(each) ?? 0));
  }
  return [...depths].sort(([, a], [, b]) => b - a).map(([key]) => key);
}
