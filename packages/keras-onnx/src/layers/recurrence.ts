import { Settings, type JsonValue, type KerasLayer } from '@lowbit/keras';
import { valuesOf } from '../graph/weights.js';
import { countedSteps, gatherCounted, spreadCounted, type CountedSteps } from './masks.js';
import type { WrittenCall } from './rule.js';

/** An operator that repeats a cell over the steps of a sequence. */
interface RecurrentOperator {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  /** Which gate of Keras stands at each place in ONNX. */
  readonly gates: readonly number[];
  readonly states: number;
}

/** Gates of Keras: input, forget, cell, output; update, reset, new. Of ONNX: input, output, forget, cell; update, reset, new. */
const lstm: RecurrentOperator = { op: 'LSTM', gates: [0, 3, 1, 2], states: 2 };
const gru: RecurrentOperator = { op: 'GRU', gates: [0, 1, 2], states: 1 };
const simple: RecurrentOperator = { op: 'RNN', gates: [0], states: 1 };

const operators: Readonly<Record<string, RecurrentOperator>> = {
  LSTM: lstm,
  LSTMCell: lstm,
  GRU: gru,
  GRUCell: gru,
  SimpleRNN: simple,
  SimpleRNNCell: simple,
};

interface CellFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/** Functions that the operators have, by their names in Keras. */
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
    softplus: { name: 'Softplus' },
    softsign: { name: 'Softsign' },
  };
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}

const activationOf = (settings: Settings): JsonValue => settings.values['activation'] ?? 'tanh';
const gateOf = (settings: Settings): JsonValue => settings.values['recurrent_activation'] ?? 'sigmoid';

/** Why a layer or cell cannot be repeated by an operator. */
export function refusedCell({ className, config }: KerasLayer, isKeras3: boolean): string | undefined {
  if (!Object.hasOwn(operators, className)) return `a cell of the class ${className}`;
  const settings = new Settings(config, className);
  const names =
    operators[className] === simple ? [activationOf(settings)] : [activationOf(settings), gateOf(settings)];
  const unknown = names.find((name) => cellFunction(name, isKeras3) === undefined);
  return unknown === undefined ? undefined : `the activation ${JSON.stringify(unknown)}`;
}

export const statesOf = ({ className }: KerasLayer): number => operators[className]!.states;

/** What is repeated, and over what. */
export interface Recurrence {
  /** The layer that has the weights. */
  readonly cell: KerasLayer;
  /** `[batch, steps, features]`. */
  readonly x: string;
  readonly mask: string | undefined;
  readonly isBackward: boolean;
  /** `[batch, units]` each. */
  readonly initial: readonly string[];
  /** Whether steps that do not count give zeros, instead of what the step before them gave. */
  readonly zeros: boolean;
}

/** What comes out of it. */
export interface Repeated {
  /** `[batch, steps, units]`, in the order of the input. */
  readonly steps: string;
  /** `[batch, units]`. */
  readonly last: string;
  readonly states: readonly string[];
}

/** Writes a recurrence. Steps that do not count are left out: those that do are brought to the front, and their results back. */
export async function repeated(call: WrittenCall, recurrence: Recurrence): Promise<Repeated> {
  const { graph } = call;
  const { x, mask, isBackward, initial, zeros } = recurrence;
  if (mask === undefined) {
    const [steps, ...states] = await operator(call, recurrence, x, '');
    return { steps: steps!, last: states[0]!, states };
  }
  const counted = countedSteps(graph, mask);
  const lengths = graph.cast(graph.reshape(counted.total, [-1]), 'int32');
  const compact = gatherCounted(graph, x, counted);
  const [steps, ...ends] = await operator(call, recurrence, compact, lengths);
  const states = ends.map((end, i) => whereSome(call, counted, end, initial[i] ?? graph.float(0)));
  return {
    steps: spreadCounted(graph, steps!, counted, isBackward, zeros),
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
  const { op, gates, states } = operators[cell.className]!;
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
    ...functionsOf(settings, op, isKeras3),
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
function functionsOf(settings: Settings, op: RecurrentOperator['op'], isKeras3: boolean) {
  const [own, gate] = [activationOf(settings), gateOf(settings)].map((name) => cellFunction(name, isKeras3)!);
  const list = { RNN: [own!], GRU: [gate!, own!], LSTM: [gate!, own!, own!] }[op];
  const given = (member: 'alpha' | 'beta') => list.flatMap((one) => one[member] ?? []);
  return {
    activations: { strings: list.map(({ name }) => name) },
    ...(given('alpha').length > 0 && { activation_alpha: { floats: given('alpha') } }),
    ...(given('beta').length > 0 && { activation_beta: { floats: given('beta') } }),
  };
}
