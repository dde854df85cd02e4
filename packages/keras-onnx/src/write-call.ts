import type { Value } from './graph/value.js';
import type { WrittenCall } from './layers/rule.js';
import { ruleOf } from './layers/table.js';

/** Writes a call. */
export async function writeCall(call: WrittenCall): Promise<readonly Value[]> {
  const { graph, layer } = call;
  const rule = ruleOf(layer.className)!;
  graph.enter(layer.id);
  const inputs = rule.integers ? call.inputs : call.inputs.map((input) => asFloats(call, input));
  return [await rule.write({ ...call, inputs })].flat() as readonly Value[];
}

function asFloats({ graph }: WrittenCall, input: Value): Value {
  if (input.type === 'float32') return input;
  const name = graph.cast(graph.last(input), 'float32');
  return { ...input, type: 'float32', names: { last: name } };
}
