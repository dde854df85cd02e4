import { defined } from '@lowbit/core/adapter';
import type { Value } from './graph/value.js';
import type { WrittenCall } from './layers/rule.js';
import { ruleOf } from './layers/table.js';
import { maskBehind } from './refuse.js';

/** Writes a call, and hands the mask of what goes in on to what comes out. */
export async function writeCall(call: WrittenCall): Promise<readonly Value[]> {
  const { graph, layer } = call;
  const rule = ruleOf(layer.className)!;
  graph.enter(layer.id);
  const inputs = rule.integers ? call.inputs : call.inputs.map((input) => asFloats(call, input));
  const values = [await rule.write({ ...call, inputs })].flat() as readonly Value[];
  if (rule.mask === 'take' || rule.mask === 'inner') return values;
  const masked = maskBehind(call);
  return values.map((value) => withMask(value, masked, call.inputs[0]?.mask));
}

function withMask({ shape, type, names }: Value, masked: Value['masked'], mask: string | undefined): Value {
  return { shape, type, names, masked, ...(masked === 'yes' && defined({ mask })) };
}

function asFloats({ graph }: WrittenCall, input: Value): Value {
  if (input.type === 'float32') return input;
  const value = graph.value(graph.cast(graph.last(input), 'float32'), input.shape);
  return withMask(value, input.masked, input.mask);
}
