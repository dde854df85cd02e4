import { Settings } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { applied } from './activation.js';
import { activationsOf, cellKind, type Recurrence, type Repeated } from './recurrence.js';
import type { WrittenCall } from './rule.js';

/** What a step computes with. */
interface CellParts {
  readonly graph: Graph;
  /** `[units, gates · units]`. */
  readonly recurrent: string;
  /** Added to the product of the state, `[gates · units]`: of a GRU that resets after it alone. */
  readonly recurrentBias: string | undefined;
  readonly units: number;
  readonly activate: (x: string) => string;
  readonly gate: (x: string) => string;
}

/** The next states of a cell, the output first, from the gates' shares of the input, `[batch, gates · units]`, and the states. */
type Step = (input: string, states: readonly string[]) => readonly string[];

const product = (graph: Graph, ...factors: readonly [string, string]) => graph.node('Mul', factors);
const sum = (graph: Graph, ...terms: readonly [string, string]) => graph.node('Add', terms);

/** h = activation(x + h·R). */
const simpleStep =
  ({ graph, recurrent, activate }: CellParts): Step =>
  (input, [h]) => [activate(sum(graph, input, graph.node('MatMul', [h!, recurrent])))];

/** i, f, g, o from x + h·R; c = f · c + i · activation(g); h = o · activation(c). */
const lstmStep =
  ({ graph, recurrent, activate, gate }: CellParts): Step =>
  (input, [h, c]) => {
    const all = sum(graph, input, graph.node('MatMul', [h!, recurrent]));
    const [i, f, g, o] = graph.split(all, 4, 1) as [string, string, string, string];
    const next = sum(graph, product(graph, gate(f), c!), product(graph, gate(i), activate(g)));
    return [product(graph, gate(o), activate(next)), next];
  };

/** z, r from x + h·R; n = activation(x + r · (h·R)) where it resets after, else of x + (r · h)·R; h = z · h + (1 − z) · n. */
function gruStep(parts: CellParts, resetsAfter: boolean): Step {
  const { graph, recurrent, recurrentBias, units, activate, gate } = parts;
  const [ofGates, ofNew] = resetsAfter
    ? [recurrent, undefined]
    : [graph.slice(recurrent, 1, 0, 2 * units), graph.slice(recurrent, 1, 2 * units, 3 * units)];
  return (input, [h]) => {
    const [xz, xr, xn] = graph.split(input, 3, 1) as [string, string, string];
    const inner = graph.node('MatMul', [h!, ofGates!]);
    const shares = recurrentBias === undefined ? inner : sum(graph, inner, recurrentBias);
    const [hz, hr, hn] = graph.split(shares, ofNew === undefined ? 3 : 2, 1) as [string, string, string];
    const r = gate(sum(graph, xr, hr));
    const reset =
      ofNew === undefined ? product(graph, r, hn) : graph.node('MatMul', [product(graph, r, h!), ofNew]);
    const n = activate(sum(graph, xn, reset));
    const z = gate(sum(graph, xz, hz));
    const rest = graph.node('Sub', [graph.float(1), z]);
    return [sum(graph, product(graph, z, h!), product(graph, rest, n))];
  };
}

/**
 * A recurrence of known length, step after step. In steps that do not count states stay, and outputs are those of the step before, or
 * zeros where these are wanted.
 */
export async function unrolled(call: WrittenCall, recurrence: Recurrence): Promise<Repeated> {
  const { graph } = call;
  const { cell, length, mask, isBackward, initial, zeros } = recurrence;
  const { inputs, step, units } = await cellOf(call, recurrence);
  const nothing = graph.floats(new Float32Array(units), [1, units]);
  let states: readonly string[] =
    initial.length > 0 ? initial : Array<string>(cellKind(cell)!.states).fill(nothing);
  let last = nothing;
  const outputs: string[] = [];
  for (let i = 0; i < length!; i++) {
    const at = isBackward ? length! - 1 - i : i;
    const next = step(graph.node('Gather', [inputs, graph.integer(at)], { axis: 1 }), states);
    const counts = mask && graph.node('Gather', [mask, graph.integers([at])], { axis: 1 });
    const chosen = (value: string, otherwise: string) =>
      counts === undefined ? value : graph.node('Where', [counts, value, otherwise]);
    last = chosen(next[0]!, last);
    outputs[at] = zeros ? chosen(next[0]!, nothing) : last;
    states = next.map((value, state) => chosen(value, states[state]!));
  }
  const rows = () => outputs.map((output) => graph.node('Unsqueeze', [output, graph.integers([1])]));
  return { steps: () => graph.node('Concat', rows(), { axis: 1 }), last, states };
}

/** The shares of the input at all steps, `[batch, steps, gates · units]`, and what becomes of them. */
async function cellOf(call: WrittenCall, { cell, x }: Recurrence) {
  const { graph, weights } = call;
  const settings = new Settings(cell.config, cell.id);
  const units = settings.size('units');
  const { op } = cellKind(cell)!;
  const resetsAfter = op === 'GRU' && settings.flag('reset_after', false);
  const bias = await weights.find(cell, 'bias');
  const biasAt = (row: number) =>
    resetsAfter && bias !== undefined ? graph.node('Gather', [bias, graph.integer(row)]) : undefined;
  const offset = biasAt(0) ?? bias;
  const { own, gate } = activationsOf(cell);
  const product = graph.node('MatMul', [x, (await weights.find(cell, 'kernel'))!]);
  const axis = (axis: number) => (axis + 2) % 2;
  const parts: CellParts = {
    graph,
    recurrent: (await weights.find(cell, 'recurrent_kernel'))!,
    recurrentBias: biasAt(1),
    units,
    activate: (value) => applied(call, own, value, axis),
    gate: (value) => applied(call, gate, value, axis),
  };
  return {
    inputs: offset === undefined ? product : sum(graph, product, offset),
    step: { LSTM: lstmStep, GRU: gruStep, RNN: simpleStep }[op](parts, resetsAfter),
    units,
  };
}
