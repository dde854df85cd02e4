import { Settings, type KerasLayer } from '@lowbit/keras';
import type { Value } from '../graph/value.js';
import { refusedFunction } from './activation.js';
import { activationsOf, cellKind, type Recurrence, type Repeated } from './recurrence.js';
import { byOperator, unknownFunction } from './recurrent-operator.js';
import { inputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';
import { unrolled } from './unrolled-recurrence.js';

/** The layers that are repeated step by step, one above the other. */
function cellsOf(layer: KerasLayer): readonly KerasLayer[] {
  const { cell } = layer.parts;
  if (cell === undefined) return [layer];
  return cell.className === 'StackedRNNCells' ? Object.values(cell.parts) : [cell];
}

/** Why a recurrent layer cannot be written. */
function refused(call: Call, layer = call.layer): string | undefined {
  const settings = new Settings(layer.config, layer.id);
  if (settings.flag('stateful', false)) return 'stateful';
  const cells = cellsOf(layer);
  const hasStates = settings.flag('return_state', false) || call.named['initial_state'] !== undefined;
  if (cells.length > 1 && hasStates) return 'the states of several cells';
  if (call.inputs[0]!.shape!.length !== 3) return 'inputs that are no sequences of vectors';
  const isMasked = call.inputs[0]!.masked && settings.flag('zero_output_for_mask', false);
  if (isMasked && !settings.flag('return_sequences', false)) return 'zero_output_for_mask and a mask';
  return cells.map((cell) => refusedCell(cell, call)).find((reason) => reason !== undefined);
}

/** Why a cell cannot be repeated: one with a function that no operator has is, over steps that can be counted. */
function refusedCell(cell: KerasLayer, call: Call): string | undefined {
  if (cellKind(cell) === undefined) return `a cell of the class ${cell.className}`;
  const { own, gate } = activationsOf(cell);
  const unknown = [own, gate].map(refusedFunction).find((reason) => reason !== undefined);
  if (unknown !== undefined) return unknown;
  const unrolls = unknownFunction(cell, call.isKeras3);
  return unrolls === undefined || inputOf(call)[1] !== null
    ? undefined
    : `the activation ${JSON.stringify(unrolls)} over steps of which the number is not known`;
}

function returnsSteps(layer: KerasLayer): boolean {
  return new Settings(layer.config, layer.id).flag('return_sequences', false);
}

function goesBackward(layer: KerasLayer): boolean {
  return new Settings(layer.config, layer.id).flag('go_backwards', false);
}

/** Repeats the cells of a layer over the steps of what it is called with. */
async function repeatLayer(
  call: WrittenCall,
  layer: KerasLayer,
  initial: readonly string[],
  zeros: boolean,
): Promise<Repeated> {
  const [input] = call.inputs;
  const isBackward = goesBackward(layer);
  const { mask, shape } = input!;
  const isUnrolled = new Settings(layer.config, layer.id).flag('unroll', false);
  const zeroesAfter = zeros && isBackward && isUnrolled && mask !== undefined;
  let result: Repeated | undefined;
  for (const cell of cellsOf(layer)) {
    const x: string = result?.steps() ?? call.graph.last(input!);
    const recurrence: Recurrence = {
      cell,
      x,
      length: shape[1]!,
      mask,
      isBackward,
      initial,
      zeros: zeros && !zeroesAfter,
    };
    const unrolls = unknownFunction(cell, call.isKeras3) !== undefined;
    result = await (unrolls ? unrolled : byOperator)(call, recurrence);
  }
  const { steps } = result!;
  return zeroesAfter ? { ...result!, steps: () => zeroedUnturned(call, steps(), mask) } : result!;
}

/** Steps with zeros where Keras leaves them when it unrolls a layer that goes backward: by a mask that is not turned around with them. */
function zeroedUnturned(call: WrittenCall, steps: string, mask: string): string {
  const { graph } = call;
  const counts = graph.node('Unsqueeze', [backward(call, mask), graph.integers([2])]);
  return graph.node('Where', [counts, steps, graph.float(0)]);
}

/** Names of the states that a layer starts with. */
function initialStates({ graph, named }: WrittenCall): readonly string[] {
  const given = named['initial_state'];
  return Array.isArray(given) ? (given as readonly Value[]).map((value) => graph.last(value)) : [];
}

/** Steps from last to first. */
const backward = ({ graph }: WrittenCall, steps: string): string =>
  graph.slice(steps, 1, -1, -Number.MAX_SAFE_INTEGER, -1);

const recurrent: LayerRule = {
  refuse: refused,
  write: async (call) => {
    const { graph, layer, settings, outputs } = call;
    const zeros = settings.flag('zero_output_for_mask', false);
    const { steps, last, states } = await repeatLayer(call, layer, initialStates(call), zeros);
    const all = () => (goesBackward(layer) ? backward(call, steps()) : steps());
    const names = [returnsSteps(layer) ? all() : last, ...states];
    return outputs.map((shape, i) => graph.value(names[i]!, shape!));
  },
};

/** One layer from first to last, one from last to first, and their results joined: the steps of the second are turned around once more. */
const bidirectional: LayerRule = {
  refuse: (call) => {
    const parts = ['forward_layer', 'backward_layer'].map((name) => call.layer.parts[name]!);
    if (returnsSteps(parts[0]!) !== returnsSteps(parts[1]!)) return 'layers that differ in what they return';
    const isStacked = parts.some((part) => cellsOf(part).length > 1);
    if (isStacked && call.named['initial_state'] !== undefined) return 'the states of several cells';
    return parts
      .map((part) => refused({ ...call, inputs: unmasked(call) }, part))
      .find((reason) => reason !== undefined);
  },
  write: async (call) => {
    const { graph, layer, settings, outputs } = call;
    const { forward_layer: forward, backward_layer: back } = layer.parts as Record<string, KerasLayer>;
    const isSequence = returnsSteps(forward!);
    const initial = initialStates(call);
    const half = initial.length === 0 ? 0 : cellKind(cellsOf(forward!)[0]!)!.states;
    const zeros = isSequence && settings.flag('zero_output_for_mask', true);
    const one = await repeatLayer(call, forward!, initial.slice(0, half), zeros);
    const other = await repeatLayer(call, back!, initial.slice(half), zeros);
    const turned = [goesBackward(forward!), !goesBackward(back!)];
    const both = [one, other].map(({ steps, last }, i) => {
      if (!isSequence) return last;
      return turned[i] ? backward(call, steps()) : steps();
    });
    const names = [...joined(call, both, isSequence ? 2 : 1), ...one.states, ...other.states];
    return outputs.map((shape, i) => graph.value(names[i]!, shape!));
  },
};

/** The wrapper says itself what becomes of steps that do not count. */
const unmasked = ({ inputs }: Call) => inputs.map((input) => ({ ...input, masked: false }));

function joined({ graph, settings }: WrittenCall, both: readonly string[], axis: number): readonly string[] {
  switch (settings.values['merge_mode'] ?? null) {
    case 'concat':
      return [graph.node('Concat', both, { axis })];
    case 'sum':
      return [graph.chain('Add', both)];
    case 'mul':
      return [graph.chain('Mul', both)];
    case 'ave':
      return [graph.node('Mul', [graph.chain('Add', both), graph.float(0.5)])];
    default:
      return both;
  }
}

export const recurrentRules: RuleTable = {
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  RNN: recurrent,
  Bidirectional: bidirectional,
};
