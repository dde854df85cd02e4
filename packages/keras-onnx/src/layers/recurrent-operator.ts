import { Settings, type JsonValue, type KerasLayer } from '@lowbit/keras';
import { valuesOf } from '../graph/weights.js';
import { countedSteps, gatherCounted, spreadCounted, type CountedSteps } from './masks.js';
import { activationsOf, cellKind, type Recurrence, type Repeated } from './recurrence.js';
import type { WrittenCall } from './rule.js';

/** Which gate of Keras stands at each place in ONNX: input, forget, cell, output become input, output, forget, cell. */
const gatesOf = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], RNN: [0] } as const;

interface CellFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/**
 * Functions that the operators have, by their names in Keras. Not `softplus`: that of onnxruntime 1.32 is infinite where a sum is above 88.
 */
function cellFunction(name: JsonValue, isKeras3: boolean): CellFunction | undefined {
  const table: Readonly<Record<string, CellFunction>> = {
    tanh: { name: 'Tanh' },
    sigmoid: { name: 'Sigmoid' },
    hard_sigmoid: { name: 'HardSigmoid', alpha: isKeras3 ? 1 / 6 : 0.2, beta: 0.5 },
    keras2_hard_sigmoid: { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
    relu: { name: 'Relu' },
    linear: { name: 'Affine', alpha: 1, beta: 0 },
    elu: { name: 'Elu', alpha: 1 },
    leaky_relu: { name: 'LeakyRelu', alpha: 0.2 },
    softsign: { name: 'Softsign' },
  };
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The first function of a layer or cell that no operator has; undefined where the operator has all. */
export function unknownFunction(cell: KerasLayer, isKeras3: boolean): JsonValue | undefined {
  const { own, gate = 'linear' } = activationsOf(cell);
  return [own, gate].find((name) => cellFunction(name, isKeras3) === undefined);
}

/** Writes a recurrence. Steps that do not count are left out: those that do are brought to the front, and their results back. */
export async function byOperator(call: WrittenCall, recurrence: Recurrence): Promise<Repeated> {
  const { graph } = call;
  const { x, mask, isBackward, initial, zeros } = recurrence;
  if (mask === undefined) {
    const [steps, ...states] = await operator(call, recurrence, x, '');
    return { steps: () => steps!, last: states[0]!, states };
  }
  const counted = countedSteps(graph, mask);
  const lengths = graph.cast(graph.reshape(counted.total, [-1]), 'int32');
  const compact = gatherCounted(graph, x, counted);
  const [steps, ...ends] = await operator(call, recurrence, compact, lengths);
  const states = ends.map((end, i) => whereSome(call, counted, end, initial[i] ?? graph.float(0)));
  const spread = spreadCounted(graph, steps!, counted, isBackward, zeros);
  return {
    steps: () => spread,
    last: initial.length === 0 ? states[0]! : whereSome(call, counted, ends[0]!, graph.float(0)),
    states,
  };
}

/** Of samples in which no step counts something else. */
function whereSome(
  { graph }: WrittenCall,
  { total }: CountedSteps,
  value: string,
  otherwise: string,
): string {
  return graph.node('Where', [graph.node('Greater', [total, graph.float(0)]), value, otherwise]);
}

/** @returns Steps `[batch, steps, units]`, and each state `[batch, units]`. */
async function operator(
  call: WrittenCall,
  { cell, isBackward, initial }: Recurrence,
  x: string,
  lengths: string,
) {
  const { graph, weights, isKeras3 } = call;
  const { op, states } = cellKind(cell)!;
  const gates = gatesOf[op];
  const settings = new Settings(cell.config, cell.id);
  const units = settings.size('units');
  const matrix = async (name: string) => {
    const shape = cell.weights.find((weight) => weight.name === name)!.shape;
    const dims = [1, shape[1]!, shape[0]!];
    return (await weights.find(cell, name, { axes: [1, 0], blocks: { axis: 0, order: gates }, dims }))!;
  };
  const start = initial.map((state) => graph.node('Unsqueeze', [state, graph.integers([0])]));
  const inputs = [
    graph.transpose(x, [1, 0, 2]),
    await matrix('kernel'),
    await matrix('recurrent_kernel'),
    await biasOf(call, cell, gates, units),
    lengths,
    ...start,
  ];
  const attributes = {
    hidden_size: units,
    direction: isBackward ? 'reverse' : 'forward',
    ...functionsOf(cell, op, isKeras3),
    ...(op === 'GRU' && { linear_before_reset: settings.flag('reset_after', false) ? 1 : 0 }),
  };
  const [steps, ...ends] = graph.nodes(op, inputs, 1 + states, attributes);
  const sequence = graph.node('Squeeze', [steps!, graph.integers([1])]);
  return [
    graph.transpose(sequence, [1, 0, 2]),
    ...ends.map((end) => graph.node('Squeeze', [end, graph.integers([0])])),
  ];
}

/** Biases of the input, then of the state, which Keras has apart for a GRU that resets after alone. */
async function biasOf(
  { graph }: WrittenCall,
  cell: KerasLayer,
  gates: readonly number[],
  units: number,
): Promise<string> {
  const bias = await valuesOf(cell, 'bias');
  if (bias === undefined) return '';
  const width = gates.length * units;
  const both = new Float32Array(2 * width);
  for (let at = 0; at < bias.length; at += width)
    gates.forEach((gate, i) =>
      both.set(bias.subarray(at + gate * units, at + (gate + 1) * units), at + i * units),
    );
  return graph.floats(both, [1, 2 * width]);
}

/** Of the gates, of the new values, and of an LSTM's output. */
function functionsOf(cell: KerasLayer, op: keyof typeof gatesOf, isKeras3: boolean) {
  const names = activationsOf(cell);
  const [own, gate] = [names.own, names.gate ?? 'linear'].map((name) => cellFunction(name, isKeras3)!);
  const list = { RNN: [own!], GRU: [gate!, own!], LSTM: [gate!, own!, own!] }[op];
  const given = (member: 'alpha' | 'beta') => list.flatMap((one) => one[member] ?? []);
  return {
    activations: { strings: list.map(({ name }) => name) },
    ...(given('alpha').length > 0 && { activation_alpha: { floats: given('alpha') } }),
    ...(given('beta').length > 0 && { activation_beta: { floats: given('beta') } }),
  };
}
